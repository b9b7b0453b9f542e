"""Hands off: for 24 h after somebody else's change machines leave an object alone; what a person paused stays so."""

from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict


class HandsOff(Guard):
    key = "hands_off"
    label = "Hands off"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        setting = f"{facts.limits.hands_off_hours:g} h after an outside change"
        if facts.reactivates:
            return self.blocks(facts.reactivates, "what a person paused is not switched on again")
        if facts.touched:
            return self.blocks(facts.touched, setting, passing=True)
        return self.passes("Nobody else changed it lately.", setting)


HANDS_OFF = HandsOff()
