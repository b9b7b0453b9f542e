"""What became of executed changes: checked half an hour after, measured after 24, 48 and 72 h (`outcomes` computes)."""
