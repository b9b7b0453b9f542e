"""Counts: budget changes per entity and day, actions alone per hour, the optimiser's per campaign and run."""

from optimization.guards.base import BY_ALL, Facts, Guard, Verdict
from optimization.models import Source

Row = tuple[str, int, int]
"""(what is counted, how many there are, how many there may be)."""


class Counts(Guard):
    key = "counts"
    label = "Counts"
    binds = BY_ALL
    hard = True

    def check(self, facts: Facts) -> Verdict:
        rows = _rows(facts)
        room = 1.0
        for what, used, limit in rows:
            if used >= limit:
                return self.blocks(f"{used} {what}, no more are allowed.", f"at most {limit} {what}", passing=True)
            room = min(room, (limit - used) / limit)
        if not rows:
            return self.passes("No count applies.")
        what, used, limit = rows[0]
        return self.passes(f"{used or 'No'} {what} so far.", f"at most {limit}", room)


def _rows(facts: Facts) -> list[Row]:
    limits, rows = facts.limits, []
    if facts.is_budget:
        rows.append(("budget changes today", facts.budget_changes_today, limits.max_budget_changes_per_day))
    if facts.acting_alone:
        rows.append(("actions alone in this hour", facts.auto_last_hour, limits.max_auto_actions_per_hour))
        if facts.max_alone_everywhere is not None:
            everywhere = facts.auto_last_hour_everywhere, facts.max_alone_everywhere
            rows.append(("actions alone in this hour over all accounts", *everywhere))
    if facts.source == Source.OPTIMIZER and not facts.executing:
        rows.append(("actions in this campaign", facts.campaign_actions, limits.max_actions_per_campaign))
        rows.append(("actions in this run", facts.run_actions, limits.max_actions_per_run))
    return rows


COUNTS = Counts()
