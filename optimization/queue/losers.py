"""What else was wanted: who lost a conflict in a run and why, packed on the run and found again for one action."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from optimization.models import Action, RuleVersion, Run
from optimization.models.run import LOOKS
from optimization.queue.conflicts import Superseded
from optimization.queue.drafts import Draft

MOST = 2_000
"""Losers that a run keeps by name, about 100 bytes each; of more it keeps the number."""


def packed(losers: Sequence[Superseded]) -> dict[str, Any]:
    """`{"reasons": [text], "rows": [row], "more": number left out}`; {} = nobody lost.

    A row: level, entity id, kind, rule version and wanted value (as on an action) of the loser; level, entity id, kind
    and rule version of the winner; place of the reason.
    """
    if not losers:
        return {}
    reasons: dict[str, int] = {}
    rows = [
        [*_who(one.draft), one.draft.wanted, *_who(one.by), reasons.setdefault(one.reason, len(reasons))]
        for one in losers[:MOST]
    ]
    return {"reasons": list(reasons), "rows": rows, "more": max(0, len(losers) - MOST)}


def _who(draft: Draft) -> tuple[str, str, str, int | None]:
    return (*draft.key, draft.rule_version.pk if draft.rule_version else None)


@dataclass(frozen=True)
class Lost:
    """One wish that lost to an action's. `wanted` as on an action; `version` None = no rule's, or a rule's of old."""

    level: str
    entity_id: str
    kind: str
    wanted: int | str
    reason: str
    version: RuleVersion | None


def lost_to(action: Action) -> list[Lost]:
    """What the look that last fired `action` left out in its favour. Two queries at most."""
    run = (
        Run.objects.filter(account_id=action.account_id, kind__in=LOOKS, started_at=action.refreshed_at)
        .order_by("-id")
        .first()
    )
    mine = [action.level, action.entity_id, action.kind]
    rows = [row for row in run.losers.get("rows", []) if row[5:8] == mine] if run else []
    if run is None or not rows:
        return []
    versions = _versions(row[3] for row in rows)
    texts = run.losers["reasons"]
    return [Lost(row[0], row[1], row[2], row[4], texts[row[9]], versions.get(row[3])) for row in rows]


def _versions(ids: Iterable[int | None]) -> dict[int | None, RuleVersion]:
    found: dict[int | None, RuleVersion] = {}
    found.update(RuleVersion.objects.select_related("rule").in_bulk([one for one in ids if one is not None]))
    return found
