"""The plan that response curves made, on the page of one of its actions: the curve, and what else the look wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from intelligence.charts import CurveChart, curve_chart
from metaads.graph.money import money_text, offset
from optimization.kinds import KINDS
from optimization.models import Action, Source
from optimization.optimizer.telling import RESPONSE

MOST_ROWS = 20


@dataclass(frozen=True)
class Row:
    """One change of the plan. `gain` a day, `between` its 80 % interval; `mine`: it is the page's own."""

    name: str
    href: str
    kind: str
    old: str
    new: str
    gain: str
    between: str
    mine: bool


@dataclass(frozen=True)
class Drawn:
    """`more`: changes of the same look that the table leaves out."""

    chart: SafeString | str
    rows: list[Row]
    total: str
    more: int
    note: str


def drawn_plan(action: Action) -> Drawn | None:
    """None: it did not come from response curves."""
    told = action.metrics.get(RESPONSE)
    if not isinstance(told, Mapping) or "gain_a_day" not in told:
        return None
    others = _others(action)
    rows = sorted([action, *others], key=lambda one: -one.metrics[RESPONSE]["gain_a_day"][1])
    total = sum(one.metrics[RESPONSE]["gain_a_day"][1] for one in rows)
    return Drawn(
        chart=_chart(told, action) if "curve" in told else "",
        rows=[_row(one, action) for one in rows[:MOST_ROWS]],
        total=_signed(total, action.currency),
        more=max(len(rows) - MOST_ROWS, 0),
        note=(
            f"Value grows with spend to the power {told['elasticity']:.2f} (± {told['spread']:.2f}), learned from this "
            "account's ads and from how their spend changed. A gain is value less what the money must bring: "
            f"{told.get('price', 1.0):.2f} for each unit spent. An interval holds 80 %."
        ),
    )


def _others(action: Action) -> list[Action]:
    """What the same look wanted beside it."""
    if action.run_id is None:
        return []
    rows = Action.objects.filter(run_id=action.run_id, source=Source.OPTIMIZER).exclude(pk=action.pk)
    return [one for one in rows if "gain_a_day" in one.metrics.get(RESPONSE, {})]


def _row(one: Action, page: Action) -> Row:
    told, currency = one.metrics[RESPONSE], one.currency
    low, middle, high = told["gain_a_day"]
    return Row(
        name=one.entity_name,
        href="" if one.pk == page.pk else reverse("action", args=[one.public_id]),
        kind=KINDS[one.kind].label,
        old=money_text(told["old"], currency),
        new=money_text(told["new"], currency),
        gain=_signed(middle, currency),
        between=f"{_signed(low, currency).rsplit(' ', 1)[0]} to {_signed(high, currency)}",
        mine=one.pk == page.pk,
    )


def _signed(minor: float, currency: str) -> str:
    sign = "+" if minor >= 0 else "−"
    return f"{sign}{money_text(abs(round(minor)), currency)}"


def _chart(told: Mapping[str, Any], action: Action) -> SafeString:
    curve, units, currency = told["curve"], offset(action.currency), action.currency
    return curve_chart(
        CurveChart(
            title="Value a day by spend a day",
            spend=curve["spend"],
            low=curve["low"],
            expected=curve["expected"],
            high=curve["high"],
            today=told["old"],
            planned=told["new"] if told["new"] > 0 else None,
            text=lambda minor: money_text(round(minor), currency),
            tick=lambda minor: f"{minor / units:,.0f}",
            colour="roas",
        )
    )
