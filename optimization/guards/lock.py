"""Lock: a person keeps machines away from an object and all below it."""

from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict


class Lock(Guard):
    key = "lock"
    label = "Lock"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        if facts.lock:
            return self.blocks(facts.lock, "locked against automation")
        return self.passes("Not locked.")


LOCK = Lock()
