"""Everything observed and learned (tables `intel_*`): readings, snapshots, the metrics table.

May import: metaads (never its writer or executor), notifications. Never: names the executor.
"""
