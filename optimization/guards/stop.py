"""Emergency stop: nothing begins while one is in force."""

from optimization.guards.base import EVERYBODY, Facts, Guard, Verdict


class Stop(Guard):
    key = "emergency_stop"
    label = "Emergency stop"
    binds = EVERYBODY
    hard = True

    def check(self, facts: Facts) -> Verdict:
        if facts.stop:
            return self.blocks(facts.stop, "emergency stop", passing=True)
        return self.passes("No emergency stop is in force.", "emergency stop")


STOP = Stop()
