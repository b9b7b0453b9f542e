"""Acting alone: the auto-approval policy. All conditions must hold; what holds it back is said in a sentence.

Pure: an action and its account's situation come as arguments. `queue.acting_alone` gathers them, approves and stores
the reasons. Unknown never passes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from math import isnan
from typing import Any

from optimization.guards.confidence import BY_OWN_FIGURES
from optimization.kinds import KINDS
from optimization.limits import Limits
from optimization.models import AccountLimits, Source

PAUSE, SCALE = "pause", "increase_budget"
FROM_GOALS = "Goals do this alone only by the account's orchestrator settings: auto-scale winners, auto-pause losers."
UNKNOWN_SIZE = "How large the change is cannot be said in percent of a budget, so a person decides."


@dataclass(frozen=True)
class Situation:
    """What all actions of one account share at business time `now`.

    `doubt` as in `guards.base.Facts`: None = checked and trusted, "" = never checked. `used_here`, `used_in_all`:
    actions that were approved alone in the last hour; `room_in_all` is the installation's limit on them. `goals_alone`:
    kinds that the toggles of the account's goals let go alone now; `goals_percent`: the largest step that its scaling
    was switched on with, 0 where somebody entered how much may change alone.
    """

    now: datetime
    limits: Limits
    connected_at: datetime
    switches_off: tuple[str, ...] = ()
    stop: str = ""
    doubt: str | None = None
    optimizer_mode: str = "suggest"
    goals_alone: frozenset[str] = frozenset()
    goals_percent: float = 0.0
    used_here: int = 0
    used_in_all: int = 0
    room_in_all: int = 0


@dataclass(frozen=True)
class Case:
    """One open proposal. Values as on an action; `change_a_day` and `two_needed` are those of four eyes.

    Sentences, "" = nothing stands in the way: `rule_off` why its rule is not automatic, `unfit` why the proposal may
    not be approved by anybody, `locked` which lock holds it, `blocked` which guard rail blocks it.
    """

    around: Situation
    source: str
    kind: str
    field: str
    before: Any
    final: Any
    confidence: float | None
    data_read_at: datetime | None
    within_share: bool = False
    rule_off: str = ""
    unfit: str = ""
    locked: str = ""
    blocked: str = ""
    two_needed: bool = False
    decided_before: bool = False


@dataclass(frozen=True)
class Condition:
    """`held_back`: the sentence why it does not hold; "" = it holds."""

    key: str
    label: str
    held_back: Callable[[Case], str]


@dataclass(frozen=True)
class Answer:
    """`reasons` by condition, in the order of `CONDITIONS`; none = it may act alone."""

    reasons: tuple[tuple[str, str], ...]

    @property
    def alone(self) -> bool:
        return not self.reasons

    @property
    def why_not(self) -> str:
        return " ".join(reason for _, reason in self.reasons)


def _switches(case: Case) -> str:
    return " ".join(case.around.switches_off)


def _stop(case: Case) -> str:
    return case.around.stop


def _mode(case: Case) -> str:
    if case.around.limits.mode == AccountLimits.Mode.AUTO:
        return ""
    return "The account is in suggest mode: everything waits for a person."


def _source(case: Case) -> str:
    """A rule set to automatic, within its roll-out share; the optimiser in auto mode; goals by their toggles, which
    were on when it was proposed and are now. Nobody else acts alone."""
    if case.source == Source.RULE:
        outside = "" if case.within_share else "Its rule is rolled out to a share of its matches; this is not in it."
        return case.rule_off or outside
    if case.source == Source.OPTIMIZER:
        return (
            ""
            if case.around.optimizer_mode == "auto"
            else "The optimiser is in suggest mode (its settings, or OPTIMIZER_MODE)."
        )
    if case.source == Source.ORCHESTRATOR:
        return "" if case.within_share and case.kind in case.around.goals_alone else FROM_GOALS
    return "What it comes from does not act alone."


def _approval_period(case: Case) -> str:
    left = case.around.connected_at + timedelta(days=case.around.limits.require_approval_days) - case.around.now
    if left <= timedelta(0):
        return ""
    days = -(-left // timedelta(days=1))
    return f"A person approves everything for {days} more day{'' if days == 1 else 's'} (from connecting)."


def _confidence(case: Case) -> str:
    """The strictest limit counts. Pauses of the optimiser and of goals are spared (spend without one event is a fact,
    no estimate); a rule's are not."""
    by_optimizer = case.source == Source.OPTIMIZER
    if case.kind == PAUSE and case.source in BY_OWN_FIGURES:
        return ""
    limits = case.around.limits
    mark = max(limits.min_confidence_for_auto, limits.optimizer_auto_min_confidence if by_optimizer else 0.0)
    if case.confidence is None or isnan(case.confidence):
        return f"Its confidence is unknown; alone at least {mark:.2f}."
    if not case.confidence >= mark:
        cut = Decimal(str(case.confidence)).quantize(Decimal("0.01"), ROUND_DOWN)  # 0.848 must not read as 0.85
        return f"Its confidence is {cut}; alone at least {mark:.2f}."
    return ""


def _kind(case: Case) -> str:
    kind = KINDS.get(case.kind)
    if kind is not None and kind.may_act_alone and kind.changes_meta:
        return ""
    return f"{kind.label if kind else case.kind} always waits for a person."


def _size(case: Case) -> str:
    """A gate, no trim: what is larger after trimming waits for a person."""
    if case.kind == PAUSE:
        return ""
    most, percent = _most_percent(case), size_percent(case.before, case.final)
    if percent is None:
        return UNKNOWN_SIZE
    if not percent <= most:
        return f"It changes by {percent:.3g} %; alone at most {most:g} %."
    return ""


def _most_percent(case: Case) -> float:
    """Who switched auto-scaling on meant its step, which would else never go alone."""
    limit = case.around.limits.max_auto_change_percent
    scales = case.source == Source.ORCHESTRATOR and case.kind == SCALE and case.kind in case.around.goals_alone
    return max(limit, case.around.goals_percent) if scales else limit


def size_percent(before: Any, final: Any) -> float | None:
    """The largest change of an amount, in percent of what it was; None = it cannot be said.

    Of mappings (a plan's values, a bid with its strategy) every amount must be known, and all else stay as it is; in
    a plan, what is paused has no size.
    """
    if isinstance(before, dict) and isinstance(final, dict):
        return _largest(_part(key, before.get(key), final.get(key)) for key in {*before, *final})
    if type(before) is not int or type(final) is not int or before <= 0:
        return None
    return abs(final - before) / before * 100


def _part(key: str, before: Any, final: Any) -> float | None:
    paused = key.endswith(":status") and final == "PAUSED"
    return 0.0 if before == final or paused else size_percent(before, final)


def _largest(sizes: Iterable[float | None]) -> float | None:
    found = list(sizes)
    known = [size for size in found if size is not None]
    return max(known) if known and len(known) == len(found) else None


def _hour_here(case: Case) -> str:
    most, used = case.around.limits.max_auto_actions_per_hour, case.around.used_here
    return "" if used < most else f"{used} of {most} actions alone an hour are used; a later look asks again."


def _hour_in_all(case: Case) -> str:
    most, used = case.around.room_in_all, case.around.used_in_all
    text = f"{used} of {most} actions alone an hour are used by all accounts together; a later look asks again."
    return "" if used < most else text


def _data(case: Case) -> str:
    """Fresh, checked, and not doubtful."""
    doubt, hours = case.around.doubt, case.around.limits.max_data_age_hours
    if doubt is not None:
        return doubt or "The account's data were never checked."
    if case.data_read_at is None:
        return "How old its data are is unknown."
    if case.around.now - case.data_read_at > timedelta(hours=hours):
        return f"Its data are older than {hours:g} h."
    return ""


def _lock(case: Case) -> str:
    return case.locked


def _four_eyes(case: Case) -> str:
    return "Two people must approve a change of this size." if case.two_needed else ""


def _fit(case: Case) -> str:
    return case.unfit


def _came_back(case: Case) -> str:
    return "It was approved before and came back, so a person decides." if case.decided_before else ""


def _rails(case: Case) -> str:
    return case.blocked


CONDITIONS: tuple[Condition, ...] = (
    Condition("switches", "Every switch is on", _switches),
    Condition("stop", "No emergency stop", _stop),
    Condition("mode", "The account is in auto mode", _mode),
    Condition("source", "Its source is automatic", _source),
    Condition("approval_period", "The approval period is over", _approval_period),
    Condition("kind", "This kind may act alone", _kind),
    Condition("confidence", "Sure enough", _confidence),
    Condition("size", "Small enough after trimming", _size),
    Condition("four_eyes", "Below the amount for two people", _four_eyes),
    Condition("data", "Fresh data without doubt", _data),
    Condition("lock", "Nobody locked it", _lock),
    Condition("fit", "It still fits", _fit),
    Condition("came_back", "It did not come back", _came_back),
    Condition("rails", "No guard rail blocks it", _rails),
    Condition("hour_here", "Room in the account's hour", _hour_here),
    Condition("hour_in_all", "Room in the installation's hour", _hour_in_all),
)


def judge_alone(case: Case) -> Answer:
    """Every condition is asked, so that all that stands in the way is said at once."""
    asked = ((condition.key, condition.held_back(case)) for condition in CONDITIONS)
    return Answer(tuple((key, reason) for key, reason in asked if reason))
