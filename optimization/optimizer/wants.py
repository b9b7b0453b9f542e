"""What the optimiser wants at a moment (spec 40 [B]). Writes nothing, tells nobody.

Whose figures decide: an ad or ad set that loses is paused on its own figures. A budget is judged on all that it pays
for: the ad set's where the ad set carries it (ABO), the campaign's where that does (CBO). An ad has no budget at Meta,
so what it deserves moves to where its budget lives, if that says nothing itself and the ad takes most of its money.
Money moves between siblings where the whole deserves neither more nor less (`optimizer.proportional`).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from intelligence.metrics.frame import Frame
from metaads.models import AdAccount, Level
from optimization.entities import load
from optimization.guards.objective import SEEN_ONLY, VISITS_ONLY
from optimization.kinds import KINDS
from optimization.knobs import Knobs, Mode
from optimization.live_world import LiveWorld
from optimization.models import GoalObject, Method
from optimization.optimizer.by_response import drafts_by_response
from optimization.optimizer.drafting import OLD_BUDGET, own_budget, wishes
from optimization.optimizer.levels import DOWN, STOP, UP, Judged, Mask, judged, named, number, texts
from optimization.optimizer.proportional import plans_of
from optimization.optimizer.resume import resumed
from optimization.optimizer.wanted import Scene, Wanted
from optimization.queue.drafts import Draft
from optimization.queue.standing import BEHIND_RULES
from optimization.steps import Key
from optimization.trial.shares import share_of

NO_DATA = "no ROAS data yet"
UNSURE = "not sure enough yet"
CONTENT = "its ROAS asks for no change"
NOT_CANARY = "not in the canary"
OF_A_GOAL = "a goal steers it"
NOT_FOR_SALES = "its objective is not sales, so ROAS does not judge it"
WITHOUT_SALES = SEEN_ONLY | VISITS_ONLY | {"OUTCOME_LEADS", "LEAD_GENERATION"}
HELD_BACK = "what it deserves cannot be done now"
MOST_OF_IT = 0.5
"""Share of a budget's spend from which on one ad speaks for it."""


def wants(
    account: AdAccount,
    frames: Mapping[str, Frame],
    knobs: Knobs,
    now: datetime,
    campaigns: Collection[str] | None = None,
    lookback_days: int | None = None,
) -> Wanted:
    """`frames`: fresh ones by level. `campaigns`: Meta ids, None = all. `lookback_days`: else the account's.

    Raises ValueError for a look-back that the tables do not hold.
    """
    days = lookback_days or knobs.lookback_days
    by_level = {level: judged(frame, knobs, days) for level, frame in frames.items()}
    active = _active(by_level)
    asked = active if campaigns is None else active & set(campaigns)
    others = {**dict.fromkeys(_without_sales(by_level), NOT_FOR_SALES), **dict.fromkeys(_of_goals(account), OF_A_GOAL)}
    among = frozenset(one for one in asked if one not in others and in_canary(one, knobs))
    scene = Scene(
        account,
        knobs,
        days,
        by_level,
        among,
        campaigns is None,
        lambda level, ids: load(account, level, ids) if ids else {},
        lambda about: LiveWorld(account, now, about, frames),
        now,
    )
    found = Wanted(campaigns=len(asked), method=knobs.method, mode=knobs.mode)
    found.seen = None if campaigns is None else frozenset(campaigns)
    _gather(scene, found)
    found.skipped = _skipped(scene, asked, others, found.drafts)
    return found


def in_canary(campaign_id: str, knobs: Knobs) -> bool:
    """The same campaigns on every machine and in every run."""
    return knobs.canary_percent is None or share_of("optimizer canary", campaign_id) * 100 < knobs.canary_percent


def _active(by_level: Mapping[str, Judged]) -> frozenset[str]:
    """Campaigns that run, by the table of the highest level at hand."""
    for level in (Level.CAMPAIGN, Level.AD_SET, Level.AD):
        if level in by_level:
            one = by_level[level]
            return frozenset(one.campaign[one.running].tolist()) - {""}
    return frozenset()


def _gather(scene: Scene, found: Wanted) -> None:
    by_table = scene.knobs.method == Method.PROPORTIONAL
    found.drafts += _by_table(scene, found) if by_table else _by_response(scene)
    found.drafts += resumed(scene, found)


def _by_table(scene: Scene, found: Wanted) -> list[Draft]:
    """Pauses, then plans of those that stay, then single budgets that no plan sets."""
    pauses = _pauses(scene, found)
    apart = {(draft.entity.level, draft.entity.meta_id) for draft in pauses}
    plans = plans_of(scene, apart, found)
    taken = apart | {key for plan in plans for key in plan.touches}
    return [*pauses, *plans, *_budgets(scene, taken, found)]


def _by_response(scene: Scene) -> list[Draft]:
    """What response curves ask for, under the same priority and mode as all that the optimiser wants."""
    frames = {level: one.frame for level, one in scene.judged.items()}
    made = drafts_by_response(scene.account, frames, scene.world([]), scene.knobs, scene.now, scene.among)
    alone = scene.knobs.mode == Mode.AUTO
    return [
        replace(
            draft,
            priority=BEHIND_RULES,
            may_act_alone=alone and KINDS[draft.kind].may_act_alone,
            metrics={**draft.metrics, OLD_BUDGET: own_budget(draft.entity)} if draft.kind == STOP else draft.metrics,
        )
        for draft in made
    ]


def _pauses(scene: Scene, found: Wanted) -> list[Draft]:
    """Ad sets, and ads of those that go on."""
    drafts: list[Draft] = []
    for level in (Level.AD_SET, Level.AD):
        if level not in scene.judged:
            continue
        one, paused = scene.judged[level], [draft.entity.meta_id for draft in drafts]
        rows = np.flatnonzero(scene.said[level].stop & scene.inside[level] & ~named(one.parent, paused))
        drafts += wishes(scene, level, rows.tolist(), STOP, found)
    return drafts


def _budgets(scene: Scene, taken: Collection[Key], found: Wanted) -> list[Draft]:
    """One step for each budget at most."""
    drafts: list[Draft] = []
    for level in (Level.CAMPAIGN, Level.AD_SET):
        if level in scene.judged:
            drafts += _own_budgets(scene, level, taken, found)
    taken = {*taken, *((draft.entity.level, draft.entity.meta_id) for draft in drafts)}
    return drafts + _moved_budgets(scene, taken, found)


def _own_budgets(scene: Scene, level: str, taken: Collection[Key], found: Wanted) -> list[Draft]:
    one, said = scene.judged[level], scene.said[level]
    free = scene.inside[level] & has_budget(one) & ~named(one.frame.ids, [key[1] for key in taken if key[0] == level])
    drafts: list[Draft] = []
    for what, mask in ((DOWN, said.down), (UP, said.up)):
        drafts += wishes(scene, level, np.flatnonzero(mask & free).tolist(), what, found)
    return drafts


def has_budget(one: Judged) -> Mask:
    """(n,) rows that carry a budget of their own; none where an old table does not tell."""
    mask = np.zeros(len(one.frame), dtype=bool)
    for name in ("daily_budget", "lifetime_budget"):
        if name in one.frame.columns:
            mask |= np.nan_to_num(number(one.frame, name)) > 0
    return mask


def _moved_budgets(scene: Scene, taken: Collection[Key], found: Wanted) -> list[Draft]:
    """What ads deserve, of budgets that nobody else sets: at most one ad takes more than half of one's money."""
    if Level.AD not in scene.judged:
        return []
    ads, said = scene.judged[Level.AD], scene.said[Level.AD]
    drafts: list[Draft] = []
    for what, mask in ((DOWN, said.down), (UP, said.up)):
        deserving = np.flatnonzero(mask & scene.inside[Level.AD]).tolist()
        rows = [row for row in deserving if _speaks(scene, ads, row, taken)]
        drafts += wishes(scene, Level.AD, rows, what, found)
    return drafts


def _speaks(scene: Scene, ads: Judged, row: int, taken: Collection[Key]) -> bool:
    """Whether an ad speaks for the budget that pays for it: untouched, and mostly spent by this ad."""
    home = _home(scene, ads, row)
    if home is None or home in taken:
        return False
    above = scene.judged[home[0]]
    spent = above.spend[above.place[home[1]]]
    return bool(ads.spend[row] > MOST_OF_IT * spent)


def _home(scene: Scene, ads: Judged, row: int) -> Key | None:
    for level, meta_id in ((Level.AD_SET, str(ads.parent[row])), (Level.CAMPAIGN, str(ads.campaign[row]))):
        above = scene.judged.get(level)
        place = None if above is None else above.place.get(meta_id)
        if above is not None and place is not None and has_budget(above)[place]:
            return level, meta_id
    return None


def _without_sales(by_level: Mapping[str, Judged]) -> frozenset[str]:
    """Campaigns that seek something else; where a table does not tell, the rail asks again (`guards.objective`)."""
    return frozenset(
        campaign
        for one in by_level.values()
        for campaign in one.campaign[named(texts(one.frame, "objective"), WITHOUT_SALES)].tolist()
    )


def _of_goals(account: AdAccount) -> frozenset[str]:
    """Campaigns of goals that are on: the orchestrator steers them by their own signal, and two hands on a budget
    fight. Those of a goal that is off are the optimiser's, like any other."""
    rows = GoalObject.objects.filter(goal__account=account, goal__active=True)
    return frozenset(rows.values_list("campaign_id", flat=True))


def _skipped(scene: Scene, asked: Iterable[str], others: Mapping[str, str], drafts: Sequence[Draft]) -> Counter[str]:
    """Why each campaign without a draft has none; one reason each."""
    proposed = {draft.entity.campaign_id for draft in drafts}
    proposed |= {one.campaign_id for draft in drafts for one in draft.concerns.values()}
    known, leaning, spoken = set[str](), set[str](), set[str]()
    for level, one in scene.judged.items():
        said = scene.said[level]
        known |= set(one.campaign[one.believed.known & one.running].tolist())
        leaning |= set(one.campaign[said.leaning].tolist())
        spoken |= set(one.campaign[said.stop | (said.up | said.down) & has_budget(one)].tolist())
    reasons: Counter[str] = Counter()
    for campaign in set(asked) - proposed:
        if campaign in others:
            reasons[others[campaign]] += 1
        elif campaign not in scene.among:
            reasons[NOT_CANARY] += 1
        elif campaign not in known:
            reasons[NO_DATA] += 1
        elif campaign in spoken:
            reasons[HELD_BACK] += 1
        else:
            reasons[UNSURE if campaign in leaning else CONTENT] += 1
    return reasons
