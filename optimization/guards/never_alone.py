"""Never alone: reallocations, rotations of copies, audiences and creations always wait for a person."""

from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict


class NeverAlone(Guard):
    key = "never_alone"
    label = "Never alone"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        if facts.may_act_alone:
            return self.passes("This kind may act alone.")
        if facts.acting_alone:
            return self.blocks("This kind of change always waits for a person.")
        return self.passes("A person decides on it.")


NEVER_ALONE = NeverAlone()
