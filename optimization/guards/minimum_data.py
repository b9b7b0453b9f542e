"""Minimum data: the optimiser needs spend and impressions enough in its window; rules carry their own conditions."""

from optimization.guards.base import BY_OPTIMIZER, Facts, Guard, Verdict


class MinimumData(Guard):
    key = "minimum_data"
    label = "Minimum data"
    binds = BY_OPTIMIZER
    spares_loss_prevention = True

    def check(self, facts: Facts) -> Verdict:
        spend, impressions = facts.limits.min_spend, facts.limits.min_impressions
        if spend is None:
            return self.blocks("No minimum spend is set for this currency; an administrator must enter it.")
        setting = f"at least {spend} spent and {impressions:,} impressions"
        if facts.spend is None or facts.impressions is None:
            return self.blocks("Spend or impressions of the window are unknown.", setting, passing=True)
        if facts.spend < spend or not facts.impressions >= impressions:  # also NaN
            return self.blocks(
                f"Only {facts.spend} spent and {facts.impressions:,.0f} impressions.", setting, passing=True
            )
        room = min(float(facts.spend / spend) if spend else 2, facts.impressions / impressions if impressions else 2)
        return self.passes(f"{facts.spend} spent, {facts.impressions:,.0f} impressions.", setting, min(1.0, room - 1))


MINIMUM_DATA = MinimumData()
