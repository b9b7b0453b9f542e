"""Preview: what a rule, saved or not, would find and propose now. Looks only; nothing is stored, nobody is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from intelligence.metrics.frame import Frame
from metaads.models import AdAccount
from optimization.entities import Entity
from optimization.fresh import newest_frame
from optimization.gather import DAY_HOURS, Now
from optimization.models import Rule, RuleVersion
from optimization.preview.answer import Preview
from optimization.preview.found import MOST, Found, spends_of
from optimization.rules.compile import CompiledRule, compile_rule
from optimization.rules.schema import parse
from optimization.wants import Look, wants


@dataclass(frozen=True)
class _Some(Now):
    """As the database has it, but of very many matches only those that spend most: loading all takes seconds."""

    frame: Frame | None = None

    def entities(self, level: str, ids: Iterable[str], whole: bool = False) -> Mapping[str, Entity]:
        wanted = list(ids)
        if self.frame is not None and len(wanted) > MOST:
            rows = np.flatnonzero(np.isin(self.frame.ids, wanted))
            order = np.argsort(-np.nan_to_num(spends_of(self.frame)[rows]), kind="stable")[:MOST]
            wanted = self.frame.ids[rows[order]].tolist()
        return super().entities(level, wanted, whole)


def preview(
    account: AdAccount, level: str, document: object, now: datetime, *, rule: Rule | None = None, limit: int = 50
) -> Preview:
    """Evaluates `document` on the newest data of `level`. Raises RuleInvalid if it is not sound.

    `rule`: the saved rule that it is a new text of: its priority, cooldown and open proposals count. At most `limit`
    rows come back, those with the most money at stake first.
    """
    compiled = compile_rule(parse(document, level))
    frame, problem = newest_frame(account, level, now)
    if frame is None or frame.read_at is None:
        return Preview(level, account.currency, problems=[problem])
    look = look_of(level, document, compiled, rule)
    longest = max(DAY_HOURS, compiled.document.safety.cooldown_hours or 0)
    frames = {level: frame}
    gathered = wants(account, [look], frames, _Some(account, now, longest, frames, frame), now)
    if not gathered.outcomes:
        raise PreviewFailed(" ".join(gathered.problems) or "The rule could not be evaluated.")
    found = Found(account, frame, gathered, now, limit)
    return found.preview([problem] if problem else [])


class PreviewFailed(Exception):
    """The rule is sound but could not be evaluated; the text says why."""


def look_of(level: str, document: object, compiled: CompiledRule, rule: Rule | None = None) -> Look:
    """An unsaved text as the core wants it: a rule and a version without rows, or the saved rule's own."""
    shape = rule or Rule(name="This rule", level=level, category=Rule.Category.LOSS_PREVENTION)
    return Look(shape, RuleVersion(rule=shape, number=0, document=document, summary=""), compiled)
