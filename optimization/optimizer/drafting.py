"""Turns what the optimiser says of a row into a draft: kind, size, evidence, stake."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from metaads.graph.money import money_text, to_minor
from metaads.models import Level
from optimization.entities import Entity
from optimization.evidence import SUPPORTING, figures, supporting
from optimization.kinds import KINDS, FieldChange, Refusal
from optimization.knobs import Knobs, Mode
from optimization.models import Source
from optimization.optimizer import words
from optimization.optimizer.levels import DOWN, STOP, UP, Judged
from optimization.optimizer.wanted import Scene, Wanted
from optimization.queue.drafts import Draft
from optimization.queue.standing import BEHIND_RULES
from optimization.steps import Plan
from optimization.wants import planned
from optimization.world import World

RESUME, REALLOCATE = "resume", "reallocate"
STEPS_UP: tuple[tuple[float, float], ...] = ((5.0, 100.0), (4.0, 75.0), (3.5, 50.0), (3.0, 25.0))
"""(ROAS from which on, percent); below all of them, from the scale-up mark on, LEAST_UP (spec 40)."""
LEAST_UP = 10.0
CUT = 30.0
KIND = {UP: "increase_budget", DOWN: "decrease_budget", STOP: "pause", RESUME: "activate"}
VANISHED = "It vanished at Meta."
OLD_BUDGET = "old_budget"
"""Place, among the figures of a pause, of the budget that a resume comes back to (minor unit; None = no own one)."""
OF_AN_AD = "An ad has no budget of its own at Meta."


def percent_up(roas: float) -> float:
    """By how much a ROAS deserves to grow, before the guard rails trim it."""
    return next((percent for mark, percent in STEPS_UP if roas >= mark), LEAST_UP)


def parameters_of(what: str, roas: float) -> dict[str, Any]:
    if what == UP:
        return {"percent": percent_up(roas)}
    return {"percent": CUT} if what == DOWN else {}


def wishes(scene: Scene, level: str, rows: Sequence[int], what: str, found: Wanted) -> list[Draft]:
    """The drafts of these rows of one level; reasons of those that come to nothing are counted in `found.refused`."""
    if not rows:
        return []
    judged, kind, drafts = scene.judged[level], KINDS[KIND[what]], []
    ids = [str(judged.frame.ids[row]) for row in rows]
    entities = scene.load(level, ids)
    for row, meta_id, beside in zip(rows, ids, supporting(judged.frame, rows), strict=True):
        entity, asked = entities.get(meta_id), parameters_of(what, float(judged.believed.roas[row]))
        change = kind.change(entity, asked, scene.account.currency) if entity else Refusal(VANISHED)
        if isinstance(change, Refusal):
            found.refused[change.reason] += 1
        else:
            drafts.append(_drafted(scene, judged, row, what, change, asked, beside))
    return drafts


def _drafted(
    scene: Scene,
    judged: Judged,
    row: int,
    what: str,
    change: FieldChange,
    asked: Mapping[str, Any],
    beside: Mapping[str, Any],
) -> Draft:
    sure = confidence(judged, row, what)
    trace = _trace(scene.knobs, judged, row, what, sure)
    currency = scene.account.currency
    return Draft(
        **common(scene, judged, [row], what, sure),
        entity=change.entity,
        parameters=dict(asked),
        field=change.field,
        before=change.before,
        wanted=change.wanted,
        reason=_reason(judged, row, what, change, asked, currency, scene.knobs, sure),
        trace=trace,
        metrics={
            **figures(trace),
            SUPPORTING: beside,
            **_moved_from(judged, row, change.entity),
            **({OLD_BUDGET: own_budget(change.entity)} if what == STOP else {}),
        },
        asked_of=str(judged.frame.ids[row]),
    )


def common(scene: Scene, judged: Judged, rows: list[int], what: str, sure: float) -> dict[str, Any]:
    """What every draft of the optimiser has, from the rows whose figures decided: spend and stake are their sums."""
    spend = float(judged.spend[rows].sum())
    known = spend == spend
    kind = KIND.get(what, what)
    return {
        "source": Source.OPTIMIZER,
        "kind": kind,
        "reason_code": what,
        "priority": BEHIND_RULES,
        "data_read_at": judged.frame.read_at,
        "confidence": round(sure, 4),
        "confidence_note": "Probability of what it says, by the posterior of ROAS.",
        "spend": Decimal(str(round(spend, 6))) if known else None,
        "impressions": _known(float(judged.impressions[rows].sum())),
        "at_stake": to_minor(Decimal(str(round(spend / judged.days, 6))), scene.account.currency) if known else None,
        "may_act_alone": scene.knobs.mode == Mode.AUTO and KINDS[kind].may_act_alone,
        "deciding": frozenset({"roas"}),
    }


def _known(value: float) -> float | None:
    return value if value == value else None


def own_budget(entity: Entity) -> int | None:
    """Minor unit; None = it carries none."""
    value = entity.value_of(entity.budget_field) if entity.budget_field else None
    return value if isinstance(value, int) else None


def confidence(judged: Judged, row: int, what: str) -> float:
    return float({UP: judged.up, RESUME: judged.up, DOWN: judged.down, STOP: judged.stop}[what][row])


def plan_draft(
    scene: Scene, judged: Judged, rows: list[int], plan: Plan, world: World, asked: Mapping[str, Any], said: "Evidence"
) -> Draft:
    """A plan that moves money between the members in `rows`; `said`: what the optimiser says of them."""
    shared = common(scene, judged, rows, REALLOCATE, said.sure)
    return Draft(
        **{**shared, **planned(plan, world, shared["at_stake"])},
        entity=plan.entity,
        parameters=dict(asked),
        reason=f"{said.reason} {plan.note}".strip(),
        trace=said.trace,
        metrics=figures(said.trace),
        asked_of=plan.entity.meta_id,
    )


class Evidence:
    """Why money is moved: how sure, the trace and the sentence."""

    def __init__(self, sure: float, trace: words.Trace, reason: str) -> None:
        self.sure, self.trace, self.reason = sure, trace, reason


def _mark(knobs: Knobs, what: str) -> tuple[str, float]:
    return {
        UP: (words.LEAST, knobs.scale_up_min_roas),
        RESUME: (words.LEAST, knobs.scale_up_min_roas),
        DOWN: (words.MOST, knobs.scale_down_max_roas),
        STOP: (words.BELOW, knobs.pause_roas),
    }[what]


def _trace(knobs: Knobs, judged: Judged, row: int, what: str, sure: float) -> words.Trace:
    believed, age = judged.believed, judged.frame.age
    operator, mark = _mark(knobs, what)
    remark = words.interval(believed.low[row], believed.high[row])
    return words.all_of(
        words.held(age, "Believed ROAS", judged.days, float(believed.roas[row]), operator, mark, remark),
        words.sure(age, sure, knobs.min_confidence, "probability that the true ROAS is on that side of the mark"),
    )


def _reason(
    judged: Judged,
    row: int,
    what: str,
    change: FieldChange,
    asked: Mapping[str, Any],
    currency: str,
    knobs: Knobs,
    sure: float,
) -> str:
    believed = judged.believed
    operator, mark = _mark(knobs, what)
    roas = words.roas_text(believed.roas[row], believed.low[row], believed.high[row], judged.days)
    parts = [f"{roas} {words.PHRASE[operator]} {mark:.2f}, {sure * 100:.0f} % sure."]
    if believed.outlier[row]:
        parts.append(words.outlier_text(believed.reported[row]))
    if what in (UP, DOWN):
        sign = "+" if what == UP else "−"
        after = money_text(change.wanted, currency)
        parts.append(f"Wanted: {sign}{asked['percent']:g} %, {money_text(change.before, currency)} to {after}.")
    if change.note:
        parts += [OF_AN_AD] if judged.frame.level == Level.AD else []
        parts.append(change.note)
    return " ".join(parts)


def _moved_from(judged: Judged, row: int, entity: Entity) -> dict[str, Any]:
    """Whose figures these are, where the change moved to what carries the budget."""
    asked_of = str(judged.frame.ids[row])
    if asked_of == entity.meta_id:
        return {}
    name = str(judged.frame.columns["name"][row]) if "name" in judged.frame.columns else ""
    return {"asked_of": {"level": judged.frame.level, "id": asked_of, "name": name}}
