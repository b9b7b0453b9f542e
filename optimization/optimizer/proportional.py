"""Moving money between siblings in proportion to ROAS x confidence, by the kind `reallocate` (spec 40 [B]).

Only where the whole deserves neither more nor less: a campaign that is to grow or shrink does so by its parts' own
steps. Looked for among all campaigns at once; a plan is solved only where there is something to move.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from metaads.models import Level
from optimization.entities import Entity, account_entity
from optimization.kinds import KINDS, Refusal
from optimization.models import ACCOUNT_LEVEL
from optimization.optimizer import words
from optimization.optimizer.drafting import REALLOCATE, Evidence, plan_draft
from optimization.optimizer.levels import Judged, Mask, Rows, named, number
from optimization.optimizer.roas import OUTLIER_TRUST
from optimization.optimizer.wanted import Scene, Wanted
from optimization.optimizer.world import Believed
from optimization.queue.drafts import Draft
from optimization.steps import Key, Plan
from optimization.world import NotKnown

GRID = (np.arange(40) + 0.5) / 40
NOT_BETTER = "It is not sure enough that the best of the siblings returns more than the worst."


@dataclass(frozen=True)
class Siblings:
    """Rows of one level that share a total and differ enough; `of`: who they belong to (level, id)."""

    of: Key
    judged: Judged
    rows: Rows
    best: int
    worst: int


def plans_of(scene: Scene, apart: Collection[Key], found: Wanted) -> list[Draft]:
    """`apart`: (level, id) of what is to be paused, so it takes no part."""
    pools = [*_ad_sets(scene, apart), *_campaigns(scene)]
    sure = [(pool, chance) for pool in pools if (chance := _better(pool)) >= scene.knobs.min_confidence]
    if len(sure) < len(pools):
        found.refused[NOT_BETTER] += len(pools) - len(sure)
    entities = scene.load(Level.CAMPAIGN, [pool.of[1] for pool, _ in sure if pool.of[0] == Level.CAMPAIGN])
    world = Believed(scene.world(list(entities.values())), scene.judged, scene.knobs, _outside(scene, apart))
    drafts = []
    for pool, chance in sure:
        whole = account_entity(scene.account) if pool.of[0] == ACCOUNT_LEVEL else entities.get(pool.of[1])
        draft = None if whole is None else _planned(scene, pool, whole, world, chance, found)
        drafts += [draft] if draft else []
    return drafts


def _outside(scene: Scene, apart: Collection[Key]) -> set[Key]:
    """What is to be paused, and campaigns that are not looked at."""
    campaigns = scene.judged.get(Level.CAMPAIGN)
    ids = [] if campaigns is None else campaigns.frame.ids[~scene.inside[Level.CAMPAIGN]].tolist()
    return {*apart, *((Level.CAMPAIGN.value, one) for one in ids)}


def _ad_sets(scene: Scene, apart: Collection[Key]) -> Iterator[Siblings]:
    """Of every ABO campaign that deserves neither more nor less as a whole."""
    if Level.AD_SET not in scene.judged:
        return
    sets = scene.judged[Level.AD_SET]
    takes_part = _members(scene, Level.AD_SET) & ~named(sets.frame.ids, [key[1] for key in apart])
    if Level.CAMPAIGN in scene.judged:
        whole, said = scene.judged[Level.CAMPAIGN], scene.said[Level.CAMPAIGN]
        takes_part &= ~np.isin(sets.campaign, whole.frame.ids[said.up | said.down])
    rows = np.flatnonzero(takes_part)
    if not len(rows):
        return
    rows = rows[np.argsort(sets.campaign[rows], kind="stable")]
    ids, starts = np.unique(sets.campaign[rows], return_index=True)
    for campaign, members in zip(ids.tolist(), np.split(rows, starts[1:]), strict=True):
        yield from _uneven(scene, (Level.CAMPAIGN, campaign), sets, members)


def _campaigns(scene: Scene) -> Iterator[Siblings]:
    """The CBO campaigns of the account, where it deserves neither more nor less as a whole."""
    if not scene.whole or Level.CAMPAIGN not in scene.judged:
        return
    one, knobs = scene.judged[Level.CAMPAIGN], scene.knobs
    rows = np.flatnonzero(_members(scene, Level.CAMPAIGN))
    spend = np.nan_to_num(one.spend[rows])
    if spend.sum() <= 0:
        return
    mean = float((one.believed.roas[rows] * spend).sum() / spend.sum())
    if knobs.scale_down_max_roas < mean < knobs.scale_up_min_roas:
        yield from _uneven(scene, (ACCOUNT_LEVEL, scene.account.meta_id), one, rows)


def _members(scene: Scene, level: str) -> Mask:
    """(n,) rows with a daily budget of their own that run and whose ROAS is known."""
    one = scene.judged[level]
    if "daily_budget" not in one.frame.columns:
        return np.zeros(len(one.frame), dtype=bool)
    return (
        scene.inside[level] & one.running & one.believed.known & (np.nan_to_num(number(one.frame, "daily_budget")) > 0)
    )


def _uneven(scene: Scene, of: Key, judged: Judged, rows: Rows) -> Iterator[Siblings]:
    """Enough of them, and the best far enough from the worst."""
    if len(rows) < max(scene.knobs.reallocate_members, 2):
        return
    roas = judged.believed.roas[rows]
    best, worst = int(rows[roas.argmax()]), int(rows[roas.argmin()])
    if roas.max() > 0 and roas.max() > scene.knobs.reallocate_ratio * roas.min():
        yield Siblings(of, judged, rows, best, worst)


def _better(pool: Siblings) -> float:
    """Probability that the best truly returns more than the worst: both posteriors held against each other."""
    pair = pool.judged.believed.belief.take(np.array([pool.best, pool.worst])).rates(GRID.tolist())
    odd = pool.judged.believed.outlier[[pool.best, pool.worst]].any()
    return float((pair[:, 0][:, None] > pair[:, 1][None, :]).mean()) * (OUTLIER_TRUST if odd else 1.0)


def _planned(
    scene: Scene, pool: Siblings, whole: Entity, world: Believed, chance: float, found: Wanted
) -> Draft | None:
    knobs = scene.knobs
    asked = {"window": f"{scene.days}d", "members": knobs.reallocate_members, "ratio": str(knobs.reallocate_ratio)}
    try:
        plan = KINDS[REALLOCATE].plan(whole, asked, world)
    except NotKnown as missing:
        plan = Refusal(str(missing))
    if not isinstance(plan, Plan):
        found.refused[plan.reason if isinstance(plan, Refusal) else "It is no plan."] += 1
        return None
    return plan_draft(scene, pool.judged, pool.rows.tolist(), plan, world, asked, _evidence(scene, pool, chance))


def _evidence(scene: Scene, pool: Siblings, chance: float) -> Evidence:
    believed, knobs, age = pool.judged.believed, scene.knobs, pool.judged.frame.age
    best, worst = float(believed.roas[pool.best]), float(believed.roas[pool.worst])
    ratio = best / worst if worst > 0 else float("inf")
    shown = min(ratio, 999.0)
    what = f"Best over worst ROAS of {len(pool.rows)}"
    trace = words.all_of(
        words.held(age, what, scene.days, shown, words.LEAST, knobs.reallocate_ratio, _spread(pool)),
        words.sure(age, chance, knobs.min_confidence, "probability that the best truly returns more than the worst"),
    )
    reason = (
        f"Of {len(pool.rows)} the best returns {best:.2f} and the worst {worst:.2f} in the last {scene.days} days "
        f"(believed ROAS), {chance * 100:.0f} % sure that it truly returns more."
    )
    return Evidence(chance, trace, reason)


def _spread(pool: Siblings) -> str:
    believed = pool.judged.believed
    rows: Sequence[int] = (pool.best, pool.worst)
    return " and ".join(words.interval(believed.low[row], believed.high[row]) for row in rows)
