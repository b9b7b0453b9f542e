"""A book in which every proposal is approved and carried out at once: what a rule would have done, had it been let.

The entity is taken as changed from then on: what is paused does not fire again, a budget's next step starts from the
changed one. The figures stay those that really were.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from optimization.backtest.background import NEVER, Background, Executed, FrameOf, carried_out, no_table
from optimization.backtest.moments import HOURLY, Moment
from optimization.backtest.past import Overlay
from optimization.backtest.replay import Step
from optimization.models import Source
from optimization.queue.drafts import Draft
from optimization.queue.facts import Surroundings
from optimization.queue.spending import CUT, EXPOSURE, account_day
from optimization.queue.standing import Standing
from optimization.rules.schedule import is_due
from optimization.steps import Key, is_reference
from optimization.wants import Look, Recent

DONE = "approved and carried out at once"
NOTHING_STANDS = Standing(open={}, on_its_way=set(), rejected={}, pausing=set())


class Approving:
    """For rules in the text that is given, whatever was active then. Changes of other origin count as they were."""

    mode = "approve_all"

    def __init__(self, looks: Sequence[Look], behind: Background) -> None:
        self.overlay = Overlay()
        self._looks, self._behind = looks, behind
        self._last: dict[int, datetime] = {}
        self._around: Surroundings | None = None
        self._now = NEVER
        self._tables: FrameOf = no_table

    def begin(self, moment: Moment) -> Sequence[Look]:
        self._now, self._around, self._tables = moment.at, None, moment.tables.frame
        if self._behind.stopped(moment.at):
            return []
        due = [look for look in self._looks if self._due(look, moment)]
        self._last.update({look.rule.pk: moment.at for look in due})
        return due

    def _due(self, look: Look, moment: Moment) -> bool:
        """By the rule's schedule; where there is one look a day, hours say nothing."""
        schedule = look.compiled.document.schedule
        if moment.resolution != HOURLY:
            schedule = schedule.model_copy(update={"every": "new_data", "at": None, "active_hours": None})
        return is_due(schedule, self._behind.account.zone, moment.at, self._last.get(look.rule.pk))

    def admits(self, draft: Draft) -> bool:
        return True

    def recent(self, rule_id: int, hours: float) -> Recent:
        return self._behind.recent(rule_id, hours, self._now)

    def standing(self) -> Standing:
        return NOTHING_STANDS

    def surroundings(self) -> Surroundings:
        if self._around is None:
            self._around = self._behind.surroundings(self._now, self._tables)
        return self._around

    def settle(self, step: Step) -> None:
        for draft, final in step.new:
            for key, what, before, after in _changes(draft, final):
                self.overlay.note(key, what, before, after)
            for done in self._executed(draft, final):
                self._behind.add(done)

    def _executed(self, draft: Draft, final: Any) -> list[Executed]:
        rule_id = draft.rule_version.rule.pk if draft.rule_version else None
        own = draft.key[:2]
        keys = [own, *sorted(draft.touches - {own})]
        done = carried_out(self._now, keys, Source.RULE, rule_id, self._taken(draft, final))
        paused = {key for key, _, _, after in _changes(draft, final) if after == "PAUSED"}
        return [replace(one, pauses=one.key in paused) for one in done]

    def _taken(self, draft: Draft, final: Any) -> list[list[object]]:
        """What the claim of such an action adds to the counters of the day."""
        day, taken = account_day(self._behind.account, self._now).isoformat(), list[list[object]]()
        for key, _, before, after in _changes(draft, final):
            if isinstance(before, int) and isinstance(after, int):
                name = ":".join(key)
                taken.append([f"changes:{name}", day, 1])
                taken += [[f"raised:{name}", day, after - before]] if after > before else []
                taken.append([EXPOSURE if after > before else CUT, day, abs(after - before)])
        return taken

    def fate(self, draft: Draft) -> str:
        return DONE


def _changes(draft: Draft, final: Any) -> list[tuple[Key, str, Any, Any]]:
    """What exists and is changed: (entity, field, before, after). A plan changes each of its steps' objects."""
    if not draft.steps:
        return [(draft.key[:2], draft.field, draft.before, final)]
    sets = [step for step in draft.steps if step.op == "set" and not is_reference(step.entity_id)]
    return [((step.level, step.entity_id), step.field, step.old, step.new) for step in sets]
