"""Embargo: the optimiser leaves new things alone for 48 h from creation of entity or campaign, the later."""

from metaads.moments import lasting
from optimization.guards.base import BY_OPTIMIZER, Facts, Guard, Verdict


class Embargo(Guard):
    key = "embargo"
    label = "Embargo"
    binds = BY_OPTIMIZER
    spares_loss_prevention = True

    def check(self, facts: Facts) -> Verdict:
        limit = facts.limits.embargo_hours
        setting = f"{limit:g} h from creation"
        if facts.created_at is None or facts.campaign_created_at is None:
            return self.blocks("When it was created is unknown.", setting, passing=True)
        hours = (facts.now - max(facts.created_at, facts.campaign_created_at)).total_seconds() / 3600
        if hours < limit:
            return self.blocks(f"Created {lasting(hours)} ago.", setting, passing=True)
        return self.passes(f"Created {lasting(hours)} ago.", setting, min(1.0, hours / limit - 1) if limit else None)


EMBARGO = Embargo()
