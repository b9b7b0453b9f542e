"""The world behind the sandbox: hidden quality and one effect a file. Deterministic: seed and actions make the numbers."""
