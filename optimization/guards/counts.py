"""Counts: budget changes per entity and day, actions alone per hour, the optimiser's per campaign and run."""

from optimization.guards.base import BY_ALL, Facts, Guard, Verdict
from optimization.models import Source


class Counts(Guard):
    key = "counts"
    label = "Counts"
    binds = BY_ALL
    hard = True

    def check(self, facts: Facts) -> Verdict:
        rows: list[tuple[str, int, int]] = []
        if facts.is_budget:
            rows.append(
                ("budget changes of it today", facts.budget_changes_today, facts.limits.max_budget_changes_per_day)
            )
        if facts.acting_alone:
            rows.append(
                ("actions alone in the last hour", facts.auto_last_hour, facts.limits.max_auto_actions_per_hour)
            )
        if facts.source == Source.OPTIMIZER and not facts.executing:
            rows.append(("actions in this campaign", facts.campaign_actions, facts.limits.max_actions_per_campaign))
            rows.append(("actions in this run", facts.run_actions, facts.limits.max_actions_per_run))
        room = 1.0
        for what, used, limit in rows:
            if used >= limit:
                return self.blocks(f"{used} {what}, no more are allowed.", f"at most {limit} {what}", passing=True)
            room = min(room, (limit - used) / limit)
        if not rows:
            return self.passes("No count applies.")
        what, used, limit = rows[0]
        return self.passes(f"{used} {what} so far.", f"at most {limit}", room)


COUNTS = Counts()
