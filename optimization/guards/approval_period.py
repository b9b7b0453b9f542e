"""Approval period: for the first days after connecting (default 30) nothing machines want happens without a person."""

from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict


class ApprovalPeriod(Guard):
    key = "approval_period"
    label = "Approval period"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        days = (facts.now - facts.connected_at).total_seconds() / 86400
        limit = facts.limits.require_approval_days
        setting = f"{limit:g} days from connecting"
        if days >= limit:
            return self.passes(f"Connected {days:.0f} days ago.", setting)
        left = limit - days
        if facts.acting_alone:
            return self.blocks(f"A person must approve for {left:.0f} more days.", setting)
        return self.passes(f"A person approves; {left:.0f} days of the approval period left.", setting)


APPROVAL_PERIOD = ApprovalPeriod()
