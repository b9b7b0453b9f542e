"""Reports over an account: what it did, what we did there, what waits."""
