"""The world behind the sandbox: hidden quality, one effect a file. Seed and actions alone make the numbers."""
