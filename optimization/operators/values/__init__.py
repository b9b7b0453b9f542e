"""Values of conditions: arithmetic over fields, texts, patterns. Knows nothing of operators."""
