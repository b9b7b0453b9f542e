"""Real processes under faults: sandbox, workers that are killed, and the audit of what they left behind."""
