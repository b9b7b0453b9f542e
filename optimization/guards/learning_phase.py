"""Learning phase: while Meta is learning, nothing is changed that would make it start again.

Such "significant edits" are targeting, creative, goal, bid strategy or bid, an added ad, a resume after seven days of
rest, and a large budget step (reference 6.5; the 20 % is a practitioners' number, so it is a setting, and what this
account's own history shows goes before it).
"""

from optimization.guards.base import BY_MACHINES, MADE, Facts, Guard, Verdict

LEARNING = "LEARNING"
LONG_REST_HOURS = 7 * 24
SMALL_FIELDS = frozenset({"name", "status", "daily_budget", "lifetime_budget"})
"""Every other field counts as significant: what we do not know does not pass."""


class LearningPhase(Guard):
    key = "learning_phase"
    label = "Learning phase"
    binds = BY_MACHINES
    spares_loss_prevention = True

    def check(self, facts: Facts) -> Verdict:
        if facts.learning != LEARNING:
            return self.passes("Not in the learning phase.")
        if facts.is_budget:
            return self._step(facts)
        setting = "no significant edit while learning"
        if facts.field == MADE:
            return self.blocks("An added ad would restart the learning phase.", setting, passing=True)
        if facts.field == "status":
            return self._resume(facts, setting)
        if facts.field in SMALL_FIELDS:
            return self.passes("This does not restart the learning phase.", setting)
        return self.blocks("This would restart the learning phase.", setting, passing=True)

    def _resume(self, facts: Facts, setting: str) -> Verdict:
        if facts.wanted != "ACTIVE":
            return self.passes("A pause does not restart the learning phase.", setting)
        if facts.rested_hours is None or facts.rested_hours >= LONG_REST_HOURS:
            return self.blocks("Resumed after seven days it would learn anew.", setting, passing=True)
        return self.passes("It rested less than seven days.", setting, 1 - facts.rested_hours / LONG_REST_HOURS)

    def _step(self, facts: Facts) -> Verdict:
        learned = facts.learned_step if facts.limits.significant_step_learnable else None
        percent = facts.limits.significant_step_percent if learned is None else learned
        whence = "" if learned is None else ", learned from this account"
        setting = f"while learning, steps of at most {percent:g} %{whence}"
        before, wanted = facts.before, facts.wanted
        if not isinstance(before, int) or not isinstance(wanted, int) or before <= 0:
            return self.blocks("The budget before is unknown.", setting, passing=True)
        most = int(before * percent / 100)
        step = abs(wanted - before)
        if step <= most:
            return self.passes("The step is too small to restart learning.", setting, (most - step) / max(most, 1))
        if most == 0:
            return self.blocks("Any step would restart the learning phase.", setting, passing=True)
        to = before + most if wanted > before else before - most
        return self.trims(to, f"Trimmed to {facts.money(to)}, so that learning goes on.", setting)


LEARNING_PHASE = LearningPhase()
