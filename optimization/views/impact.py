"""What a change was expected to bring and what it brought, in words and pictures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from intelligence.charts import BandChart, band_chart
from metaads.graph.money import money_text, offset
from optimization.models import Action, Effect, Horizon, Outcome
from optimization.outcomes.sums import ORDER
from optimization.views import words

TONES = {
    Effect.TOOK.value: ("good", "check"),
    Effect.ODD.value: ("watch", "alert"),
    Effect.BETTER.value: ("good", "up"),
    Effect.WORSE.value: ("bad", "down"),
    Effect.CANNOT_TELL.value: ("quiet", "right"),
    Effect.UNKNOWN.value: ("quiet", "info"),
}
CANNOT_TELL = (
    "The interval includes zero: chance alone moves comparable objects that nobody changed by as much. It may have "
    "helped or harmed; the figures cannot tell."
)
METRICS = {
    "money": "Value less spend",
    "spend": "Spend",
    "conversions": "Conversions",
    "value": "Value",
    "cpa": "CPA",
    "roas": "ROAS",
}
MONEY = frozenset({"money", "spend", "value", "cpa"})


@dataclass(frozen=True)
class Mark:
    """The verdict of an action in a list."""

    text: str
    tone: str
    icon: str
    detail: str


@dataclass(frozen=True)
class Line:
    """One metric: what was expected over 7 days, what happened, what would have, the effect."""

    label: str
    expected: str
    around: str
    happened: str
    without: str
    effect: str
    between: str


@dataclass(frozen=True)
class Step:
    """One horizon."""

    label: str
    word: str
    tone: str
    icon: str
    text: str
    when: datetime


@dataclass(frozen=True)
class Impact:
    """The block of an action's page."""

    word: str
    tone: str
    icon: str
    headline: str
    explained: str
    lines: Sequence[Line]
    steps: Sequence[Step]
    chart: SafeString | str
    expected_note: str
    measured_note: str
    after: str


def signed(minor: float, currency: str) -> str:
    sign = "+" if minor > 0 else "−" if minor < 0 else ""
    return f"{sign}{money_text(round(abs(minor)), currency)}"


def best_of(outcomes: Iterable[Outcome]) -> Outcome | None:
    """Of one action: the longest horizon that was measured with an interval; None without any."""
    told = [one for one in outcomes if one.effect is not None and one.horizon in ORDER]
    return max(told, key=lambda one: ORDER[one.horizon], default=None)


def marks_of(actions: Sequence[Action]) -> dict[int, Mark]:
    """Of those that were executed, by primary key: one query, none where nothing was executed."""
    done = {action.pk: action for action in actions if action.executed_at is not None}
    if not done:
        return {}
    rows: dict[int, list[Outcome]] = {}
    for one in Outcome.objects.filter(action__in=done, measured_at__isnull=False).order_by("due_at"):
        rows.setdefault(one.action_id, []).append(one)
    return {pk: _mark(done[pk], outcomes) for pk, outcomes in rows.items()}


def _mark(action: Action, outcomes: Sequence[Outcome]) -> Mark:
    odd = next((one for one in outcomes if one.verdict == Effect.ODD), None)
    best = best_of(outcomes)
    chosen = odd if odd is not None and best is None else best or outcomes[-1]
    tone, icon = TONES.get(chosen.verdict, TONES[Effect.UNKNOWN])
    if chosen.effect is None:
        return Mark(chosen.get_verdict_display(), tone, icon, chosen.note)
    between = f"{signed(chosen.low or 0, action.currency)} to {signed(chosen.high or 0, action.currency)}"
    text = chosen.get_verdict_display()
    if chosen.verdict != Effect.CANNOT_TELL:
        text = f"{text}: {signed(chosen.effect, action.currency)}"
    return Mark(text, tone, icon, f"After {chosen.get_horizon_display()}: {between} with 95 %")


def impact_of(action: Action) -> Impact:
    """Two tables in one: expected beside measured. One query."""
    outcomes = list(action.outcomes.order_by("due_at"))
    best = best_of(outcomes)
    steps = [_step(action, one) for one in outcomes]
    word, tone, icon, headline, explained = _said(action, outcomes, best)
    expected = action.expected or {}
    return Impact(
        word=word,
        tone=tone,
        icon=icon,
        headline=headline,
        explained=explained,
        lines=_lines(action, expected.get("figures") or {}, best),
        steps=steps,
        chart=_chart(action, outcomes),
        expected_note=_expected_note(expected),
        measured_note=_measured_note(best),
        after=best.get_horizon_display() if best else "",
    )


def expected_text(action: Action) -> str:
    """For a card: value less spend over 7 days, else spend; empty while unknown."""
    figures = (action.expected or {}).get("figures") or {}
    for name, label in (("money", " net of spend"), ("spend", " spend")):
        middle = (figures.get(name) or (None, None, None))[1]
        if middle is not None:
            return f"{signed(middle, action.currency)}{label}"
    return ""


def _expected_note(expected: Mapping[str, Any]) -> str:
    if not expected:
        return "What it would bring was not estimated."
    if expected.get("why"):
        return f"Expected: unknown. {expected['why']}"
    days, method = expected.get("days", 7), str(expected["method"])
    less = (
        " Each further unit of budget is taken to bring a little less than the one before." if "power" in method else ""
    )
    return (
        f"Expected over {days} days, judged by the last 7.{less} "
        f"The small figures are the 95 % interval: it lies between them in 19 of 20 cases."
    )


def _measured_note(best: Outcome | None) -> str:
    """On what the interval rests."""
    if best is None or not best.figures.get("controls"):
        return ""
    return (
        f"Measured against {best.figures['controls']} comparable objects, {best.figures['placebos']} placebo windows."
    )


def _said(action: Action, outcomes: Sequence[Outcome], best: Outcome | None) -> tuple[str, str, str, str, str]:
    if best is None:
        told = [one for one in outcomes if one.horizon in ORDER and one.measured_at]
        if told:
            return "Not measured", "quiet", "info", told[-1].note, ""
        if action.undo_of_id:
            return "Not measured", "quiet", "info", "An undo ends the measurement of what it takes back.", ""
        waits = "It is measured 24, 48 and 72 hours after." if action.executed_at else "It is measured once it is done."
        return "Not measured yet", "quiet", "clock", waits, ""
    tone, icon = TONES[best.verdict]
    between = f"{signed(best.low or 0, action.currency)} and {signed(best.high or 0, action.currency)}"
    headline = (
        f"{signed(best.effect or 0, action.currency)} in {best.get_horizon_display()} against comparable objects that "
        f"nobody changed; with 95 % it lies between {between}."
    )
    unsure = CANNOT_TELL if best.verdict == Effect.CANNOT_TELL else ""
    return best.get_verdict_display(), tone, icon, headline, f"{best.note} {unsure}".strip()


def _step(action: Action, one: Outcome) -> Step:
    if one.measured_at is None:
        return Step(one.get_horizon_display(), "not yet", "quiet", "clock", "", one.due_at)
    tone, icon = TONES.get(one.verdict, TONES[Effect.UNKNOWN])
    text = one.note
    if one.effect is not None:
        between = f"{signed(one.low or 0, action.currency)} to {signed(one.high or 0, action.currency)}"
        text = f"{signed(one.effect, action.currency)} ({between}). {one.note}".strip()
    return Step(one.get_horizon_display(), one.get_verdict_display(), tone, icon, text, one.measured_at)


def _lines(action: Action, expected: Mapping[str, Any], best: Outcome | None) -> list[Line]:
    measured = best.figures if best else {}
    found = []
    for name, label in METRICS.items():
        foreseen, came = expected.get(name), measured.get(name)
        if not (foreseen and foreseen[1] is not None) and not came:
            continue
        found.append(_line(name, label, foreseen, came or {}, action.currency))
    return found


def _line(name: str, label: str, foreseen: Sequence[float] | None, came: Mapping[str, Any], currency: str) -> Line:
    expected, around = "unknown", ""
    if foreseen and foreseen[1] is not None:
        low, expected, high = (_value(name, one, currency, sign=True) for one in foreseen)
        around = f"{low} to {high}" if low != high else ""
    low, high = (_value(name, came.get(key), currency, sign=True) for key in ("low", "high"))
    return Line(
        label,
        expected,
        around,
        _value(name, came.get("actual"), currency),
        _value(name, came.get("without"), currency),
        _value(name, came.get("effect"), currency, sign=True),
        f"{low} to {high}" if came.get("low") is not None or came.get("high") is not None else "",
    )


def _value(name: str, value: float | None, currency: str, *, sign: bool = False) -> str:
    if value is None:
        return "unknown"
    if name in MONEY:
        return signed(value, currency) if sign or value < 0 else words.money(round(value), currency)
    text = f"{abs(value):,.2f}x" if name == "roas" else f"{abs(value):,.1f}"
    before = "" if not text.strip("0.x") else "−" if value < 0 else "+" if sign and value > 0 else ""
    return f"{before}{text}"


def _chart(action: Action, outcomes: Sequence[Outcome]) -> SafeString | str:
    """Money so far at each horizon, beside what would have been."""
    told = [one for one in outcomes if one.effect is not None and one.figures.get("money") and one.horizon in ORDER]
    if not told:
        return ""
    factor = offset(action.currency)
    rows = [one.figures["money"] for one in told]

    def of(key: str) -> list[float | None]:
        return [0.0, *(None if row[key] is None else row[key] / factor for row in rows)]

    def bound(key: str) -> list[float | None]:
        ends = [None if row[key] is None else (row["actual"] - row[key]) / factor for row in rows]
        return [0.0, *ends]

    return band_chart(
        BandChart(
            title="Value less spend since the change",
            labels=["0 h", *(f"{hours} h" for hours in (_hours(one) for one in told))],
            actual=of("actual"),
            without=of("without"),
            low=bound("high"),
            high=bound("low"),
            text=lambda value: money_text(round(value * factor), action.currency),
            tick=lambda value: f"{value:,.0f}",
            colour="roas",
        )
    )


def _hours(one: Outcome) -> int:
    return {Horizon.DAY.value: 24, Horizon.TWO_DAYS.value: 48, Horizon.THREE_DAYS.value: 72}[one.horizon]
