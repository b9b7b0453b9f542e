"""Rejected: what a person rejected stays away for 72 h, unless it is clearly worse by then.

The queue leaves it out before conflicts (`queue.judging.welcome`), so that it takes no other's place; here it is said.
"""

from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict


class Rejected(Guard):
    key = "rejected"
    label = "Rejected before"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        limits = facts.limits
        setting = f"{limits.rejected_hours:g} h, unless the loss grew by {limits.rejected_unless_worse_percent:g} %"
        if facts.rejected:
            return self.blocks(facts.rejected, setting, passing=True)
        return self.passes("Nobody rejected it lately.", setting)


REJECTED = Rejected()
