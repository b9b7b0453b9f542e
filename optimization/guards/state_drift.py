"""State drift: Meta must still show the value that the proposal saw."""

from optimization.guards.base import EVERYBODY, Facts, Guard, Verdict


class StateDrift(Guard):
    key = "state_drift"
    label = "State drift"
    binds = EVERYBODY
    hard = True

    def check(self, facts: Facts) -> Verdict:
        if facts.current is None:
            return self.blocks("Its present value at Meta is unknown.", passing=True)
        if facts.current != facts.before:
            return self.blocks(f"Changed by someone else: the proposal saw {facts.before}, Meta shows {facts.current}.")
        return self.passes("Meta still shows what the proposal saw.")


STATE_DRIFT = StateDrift()
