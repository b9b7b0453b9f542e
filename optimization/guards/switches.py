"""Kill switches: at execution every switch must be on. At proposal it only says what approving would mean."""

from optimization.guards.base import EVERYBODY, Facts, Guard, Verdict


class Switches(Guard):
    key = "switches"
    label = "Kill switches"
    binds = EVERYBODY
    hard = True

    def check(self, facts: Facts) -> Verdict:
        if not facts.switch_off:
            return self.passes("All switches are on.", "ENABLE_ACTION_EXECUTOR")
        if facts.executing:
            return self.blocks(facts.switch_off, "ENABLE_ACTION_EXECUTOR", passing=True)
        return self.passes(f"{facts.switch_off} Once approved, it is to be done by hand.", "ENABLE_ACTION_EXECUTOR")


SWITCHES = Switches()
