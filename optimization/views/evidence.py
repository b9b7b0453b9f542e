"""The picture that decided: which metric of the trace it is, and its history as a sparkline or chart."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from intelligence.charts import Event, LineChart, Spark, line_chart, sparkline
from intelligence.charts.scale import known
from metaads.graph.money import amount_text
from metaads.models import AdAccount
from optimization.models import Action
from optimization.views import words
from optimization.views.cards import Evidence
from optimization.views.history import History, drawable, history, in_words

SHOWN_DAYS = 14
WINDOWS = {"today": 1, "yesterday": 1, "3d": 3, "7d": 7, "14d": 14}
SETTLING_DAYS = 3
COLOURS = {"roas": "roas", "cpa": "cpa", "spend": "spend"}
LABELS = {"cpa": "CPA", "roas": "ROAS", "ctr": "CTR", "cpc": "CPC", "cpm": "CPM"}


@dataclass(frozen=True)
class Deciding:
    """The condition that is drawn. `days`: its window in account days; `threshold` in the metric's unit."""

    metric: str
    days: int
    threshold: float | None

    @property
    def label(self) -> str:
        name = LABELS.get(self.metric, self.metric.replace("_", " ").capitalize())
        return name if self.days <= 1 else f"{name}, {self.days} days"


def leaves(node: Any) -> Iterator[Mapping[str, Any]]:
    """All conditions of a trace, in order; anything that is no trace has none."""
    if not isinstance(node, Mapping):
        return
    if node.get("node") == "leaf":
        yield node
    for child in node.get("children", ()):
        yield from leaves(child)


def deciding(trace: Any) -> Deciding:
    """The true condition that says most (a ratio before a sum, never a flat zero); daily spend when there is none."""
    drawn = [leaf for leaf in leaves(trace) if leaf.get("result") == "true" and leaf.get("value")]
    drawn = [leaf for leaf in drawn if drawable(str(leaf.get("base")))]
    order = ["roas", "cpa", "ctr", "cpm", "cpc", "conversion_rate", "conversions", "spend", "clicks", "impressions"]
    drawn.sort(key=lambda leaf: order.index(leaf["base"]) if leaf["base"] in order else len(order))
    if not drawn:
        return Deciding("spend", 1, None)
    leaf = drawn[0]
    threshold = leaf.get("threshold")
    number = float(threshold) if isinstance(threshold, int | float) and not isinstance(threshold, bool) else None
    return Deciding(str(leaf["base"]), WINDOWS.get(str(leaf.get("window")), 7), number)


def _money(value: float, currency: str) -> str:
    return amount_text(Decimal(str(round(value, 4))), currency)


def _tone(metric: str, tone: str) -> str:
    return COLOURS.get(metric, tone if tone in {"good", "watch", "bad"} else "other")


def spark_of(action: Action, held: History) -> Evidence:
    """The last 14 complete days, rolling over the rule's own window so that line and threshold compare."""
    what = deciding(action.trace)
    values = held.rolling(what.metric, action.entity_id, what.days)[:-1][-SHOWN_DAYS:]
    text = in_words(what.metric, action.currency, _money)
    spark = Spark(
        label=what.label,
        values=values,
        text=text,
        colour=_tone(what.metric, "other"),
        threshold=what.threshold,
        window=what.days if what.days > 1 else 0,
        settling=SETTLING_DAYS if what.metric not in {"spend", "impressions"} else 0,
        zero=what.metric in {"spend", "conversions"},
    )
    numbers = known(values)
    note = text(numbers[-1]) if numbers else "no data"
    return Evidence(sparkline(spark), what.label, note)


def evidence_for(
    actions: Iterable[Action], accounts: Mapping[int, AdAccount], nows: Mapping[int, datetime]
) -> dict[int, Evidence]:
    """Evidence by action id: one history per account and level."""
    groups: dict[tuple[int, str], list[Action]] = defaultdict(list)
    for action in actions:
        groups[action.account_id, action.level].append(action)
    found: dict[int, Evidence] = {}
    for (account_id, level), members in groups.items():
        ids = [action.entity_id for action in members]
        held = history(accounts[account_id], level, ids, nows[account_id], SHOWN_DAYS * 2 + 1)
        found.update({action.pk: spark_of(action, held) for action in members})
    return found


def chart_of(action: Action, now: datetime, events: Sequence[Event]) -> SafeString:
    """The case file's chart: the deciding metric with its threshold, the rule's window shaded, our changes marked."""
    what = deciding(action.trace)
    held = history(action.account, action.level, [action.entity_id], now, SHOWN_DAYS * 2 + 1)
    text = in_words(what.metric, action.currency, _money)
    return line_chart(
        LineChart(
            title=what.label,
            days=held.days[-SHOWN_DAYS - 8 :],
            values=held.rolling(what.metric, action.entity_id, what.days)[-SHOWN_DAYS - 8 :],
            text=text,
            tick=words.short,
            colour=_tone(what.metric, "other"),
            target=what.threshold,
            target_label="threshold",
            events=events,
            settling=SETTLING_DAYS + 1,
            window=what.days,
            unfinished=1,
        )
    )
