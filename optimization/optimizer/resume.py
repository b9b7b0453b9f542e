"""Resuming what the optimiser paused too early: conversions that came later show a ROAS above the scale-up mark.

A pause leaves the budget at Meta, so switching on again is switching on at the old budget; where it is another by now,
a person decides. The look-back must still hold what was spent before the pause, and its ROAS must be sure enough.
What stopped by response curves stopped because others earn more with its money, however well it earned itself: its own
ROAS is no reason to come back.
"""

from datetime import timedelta

from django.db.models.fields.json import KT

from metaads.models import Level
from optimization.models import Action, Source, Status
from optimization.optimizer.drafting import OLD_BUDGET, RESUME, own_budget, wishes
from optimization.optimizer.telling import BY_CURVE
from optimization.optimizer.wanted import Scene, Wanted
from optimization.queue.drafts import Draft
from optimization.steps import Key

UNKNOWN = (None, "null")
"""A figure that was kept as unknown comes out of JSON as either, by the database."""
BUDGET_CHANGED = "Its budget is another than when the optimiser paused it, so a person decides about it."


def resumed(scene: Scene, found: Wanted) -> list[Draft]:
    """One query, and two a level where there is something to switch on again."""
    before = paused_by_us(scene)
    drafts: list[Draft] = []
    for level, rows in _rows(scene, list(before)).items():
        ids = [str(scene.judged[level].frame.ids[row]) for row in rows]
        entities = scene.load(level, ids)
        here = [(row, entities[one]) for row, one in zip(rows, ids, strict=True) if one in entities]
        resting = [(row, entity) for row, entity in here if entity.status == "PAUSED"]
        same = [row for row, entity in resting if own_budget(entity) == before[level, entity.meta_id]]
        if len(same) < len(resting):
            found.refused[BUDGET_CHANGED] += len(resting) - len(same)
        drafts += wishes(scene, level, same, RESUME, found)
    return drafts


def _rows(scene: Scene, paused: list[Key]) -> dict[str, list[int]]:
    """By level: rows of what we paused, that now deserve to run, in campaigns that run."""
    found: dict[str, list[int]] = {}
    for level, meta_id in paused:
        one = scene.judged.get(level)
        row = None if one is None else one.place.get(meta_id)
        if one is None or row is None or not scene.inside[level][row] or not one.believed.known[row]:
            continue
        if one.believed.roas[row] >= scene.knobs.scale_up_min_roas and one.up[row] >= scene.knobs.min_confidence:
            found.setdefault(level, []).append(row)
    return found


def paused_by_us(scene: Scene) -> dict[Key, int | None]:
    """Ads and ad sets that the optimiser paused within the look-back and nobody put back, with the budget of then."""
    pauses = Action.objects.filter(
        account=scene.account,
        source=Source.OPTIMIZER,
        kind="pause",
        status=Status.EXECUTED,
        level__in=[Level.AD_SET, Level.AD],
        executed_at__gt=scene.now - timedelta(days=scene.days),
    )
    rows = pauses.exclude(reason_code=BY_CURVE).order_by("executed_at")
    found = rows.values_list("level", "entity_id", KT(f"metrics__{OLD_BUDGET}"))
    return {(level, meta_id): None if budget in UNKNOWN else int(budget) for level, meta_id, budget in found}
