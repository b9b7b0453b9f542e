"""Creative fatigue: nothing grows on ads that people are tired of (score from 70 on)."""

from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict


class CreativeFatigue(Guard):
    """The score of its ads, weighted by what they spend; how it is made: `queue.fatigue`, docs/decisions/0021."""

    key = "creative_fatigue"
    label = "Creative fatigue"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        if not facts.raises or facts.field == "status":
            return self.not_concerned()
        limit = facts.limits.max_fatigue
        setting = f"no growth from a score of {limit:g}"
        if facts.fatigue is None:
            return self.blocks(
                "How tired people are of its ads is unknown: there are no figures yet.", setting, passing=True
            )
        if not facts.fatigue < limit:  # also NaN
            return self.blocks(f"Its ads have a fatigue score of {facts.fatigue:.0f}. Refresh them first.", setting)
        return self.passes(f"Fatigue score {facts.fatigue:.0f}.", setting, (limit - facts.fatigue) / max(limit, 1))


CREATIVE_FATIGUE = CreativeFatigue()
