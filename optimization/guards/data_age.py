"""Data age: no decision on data older than the limit (default 3 h), nor on none."""

from metaads.moments import lasting
from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict

CLOCKS_DIFFER = 10 / 60  # hours


class DataAge(Guard):
    key = "data_age"
    label = "Data age"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        limit = facts.limits.max_data_age_hours
        setting = f"at most {limit:g} h"
        if facts.data_read_at is None:
            return self.blocks("There are no data to decide on.", setting, passing=True)
        hours = (facts.now - facts.data_read_at).total_seconds() / 3600
        if hours < -CLOCKS_DIFFER:
            return self.blocks(f"The data claim to be read {lasting(-hours)} in the future.", setting, passing=True)
        if hours > limit:
            return self.blocks(f"The data are {lasting(hours)} old.", setting, passing=True)
        return self.passes(f"Data {lasting(max(hours, 0.0))} old.", setting, 1 - max(hours, 0.0) / limit)


DATA_AGE = DataAge()
