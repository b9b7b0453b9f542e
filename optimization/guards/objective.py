"""Objective: what decides must be what the campaign is for; a campaign for reach is not judged by its ROAS."""

from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict

VALUE = frozenset({"roas", "conversion_value", "revenue", "aov", "average_order_value", "profit", "true_roas"})
RESULTS = frozenset({"cpa", "conversions", "cvr", "conversion_rate", "cost_per_conversion", "purchases"})
SEEN_ONLY = frozenset({"OUTCOME_AWARENESS", "REACH", "BRAND_AWARENESS", "VIDEO_VIEWS"})
VISITS_ONLY = frozenset({"OUTCOME_TRAFFIC", "LINK_CLICKS", "OUTCOME_ENGAGEMENT", "POST_ENGAGEMENT", "PAGE_LIKES"})
"""Meta's objectives (ODAX and the older names) under which it seeks no sales; every other one seeks results."""


class Objective(Guard):
    key = "objective"
    label = "Objective"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        unsuited = facts.deciding & (VALUE | RESULTS)
        if not unsuited:
            return self.passes("What decides suits every objective.")
        if not facts.objective:
            return self.blocks("The campaign's objective is unknown.", passing=True)
        if facts.objective in SEEN_ONLY:
            return self._unsuited(facts, unsuited)
        if facts.objective in VISITS_ONLY and facts.deciding & VALUE:
            return self._unsuited(facts, facts.deciding & VALUE)
        return self.passes(f"What decides suits {_words(facts.objective)}.")

    def _unsuited(self, facts: Facts, names: frozenset[str]) -> Verdict:
        told = ", ".join(sorted(names)).replace("_", " ")
        return self.blocks(f"The campaign's objective is {_words(facts.objective)}; it is not to be judged by {told}.")


def _words(objective: str) -> str:
    return objective.removeprefix("OUTCOME_").replace("_", " ").lower()


OBJECTIVE = Objective()
