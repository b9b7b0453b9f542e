"""The supervisor: starts web, workers (and the demo's sandbox) and keeps them running on one machine."""
