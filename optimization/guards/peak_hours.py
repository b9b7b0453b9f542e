"""Peak hours: no bid is changed while an account sells most; its learned hours, else 18 to 22 local time."""

from optimization.guards.base import BIDS, BY_MACHINES, Facts, Guard, Verdict


class PeakHours(Guard):
    key = "peak_hours"
    label = "Peak hours"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        if facts.field not in BIDS:
            return self.not_concerned()
        hours = ", ".join(str(hour) for hour in sorted(facts.peak_hours)) or "none"
        setting = f"no bid change in the hours {hours}" + (" (learned)" if facts.peak_hours_learned else "")
        if facts.local_hour in facts.peak_hours:
            return self.blocks(f"It is {facts.local_hour} o'clock there, a peak hour.", setting, passing=True)
        return self.passes(f"It is {facts.local_hour} o'clock there, no peak hour.", setting)


PEAK_HOURS = PeakHours()
