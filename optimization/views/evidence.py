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
from optimization.views.marks import calendar_marks
from optimization.views.table import Cell, Head, Table

SHOWN_DAYS = 14
CHART_DAYS = 21
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
        return f"{name} a day" if self.days <= 1 else f"{name}, {self.days} days"


SPEND = Deciding("spend", 1, None)


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
        return SPEND
    leaf = drawn[0]
    threshold = leaf.get("threshold")
    number = float(threshold) if isinstance(threshold, int | float) and not isinstance(threshold, bool) else None
    return Deciding(str(leaf["base"]), WINDOWS.get(str(leaf.get("window")), 7), number)


@dataclass(frozen=True)
class Subject:
    """Whose history is drawn, and which condition over it."""

    level: str
    entity_id: str
    what: Deciding


def subject_of(action: Action) -> Subject:
    """The entity whose figures fired the rule. Where the change moved to a parent and nobody kept from whom, the
    parent's own daily spend is drawn without a threshold: another entity's limit beside it would mislead."""
    asked = action.metrics.get("asked_of")
    if isinstance(asked, Mapping):
        return Subject(str(asked["level"]), str(asked["id"]), deciding(action.trace))
    moved = action.rule_version is not None and action.rule_version.rule.level != action.level
    return Subject(action.level, action.entity_id, SPEND if moved else deciding(action.trace))


def _money(value: float, currency: str) -> str:
    return amount_text(Decimal(str(round(value, 4))), currency)


def _tone(metric: str, tone: str) -> str:
    return COLOURS.get(metric, tone if tone in {"good", "watch", "bad"} else "other")


def spark_of(action: Action, subject: Subject, held: History) -> Evidence:
    """The last 14 complete days, rolling over the rule's own window so that line and threshold compare."""
    what = subject.what
    values = held.rolling(what.metric, subject.entity_id, what.days)[:-1][-SHOWN_DAYS:]
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
    groups: dict[tuple[int, str], list[tuple[Action, Subject]]] = defaultdict(list)
    for action in actions:
        subject = subject_of(action)
        groups[action.account_id, subject.level].append((action, subject))
    found: dict[int, Evidence] = {}
    for (account_id, level), members in groups.items():
        ids = [subject.entity_id for _, subject in members]
        held = history(accounts[account_id], level, ids, nows[account_id], SHOWN_DAYS * 2 + 1)
        found.update({action.pk: spark_of(action, subject, held) for action, subject in members})
    return found


def chart_of(action: Action, now: datetime, events: Sequence[Event]) -> SafeString:
    """The case file's chart: deciding metric over complete days, threshold, the rule's window, changes up to today."""
    subject = subject_of(action)
    what = subject.what
    held = history(action.account, subject.level, [subject.entity_id], now, SHOWN_DAYS * 2 + 1)
    text = in_words(what.metric, action.currency, _money)
    return line_chart(
        LineChart(
            title=what.label,
            days=held.days[-CHART_DAYS:],
            values=[*held.rolling(what.metric, subject.entity_id, what.days)[-CHART_DAYS:-1], None],
            text=text,
            tick=words.short,
            colour=_tone(what.metric, "other"),
            target=what.threshold,
            target_label="threshold",
            events=[*events, *calendar_marks(action.account, held.days[-CHART_DAYS], held.days[-1])],
            settling=SETTLING_DAYS + 1,
            unfinished=1,
            window=what.days if what.threshold is not None else 0,
        )
    )


def table_of(action: Action, now: datetime) -> Table:
    """The days behind the case file's chart, for the file; today is not over."""
    subject = subject_of(action)
    what = subject.what
    held = history(action.account, subject.level, [subject.entity_id], now, SHOWN_DAYS * 2 + 1)
    values = [*held.rolling(what.metric, subject.entity_id, what.days)[-CHART_DAYS:-1], None]
    heads = (Head("Day"), Head(what.label), Head("Threshold"))
    rows = [
        (Cell("", day.isoformat()), Cell("", value), Cell("", what.threshold))
        for day, value in zip(held.days[-CHART_DAYS:], values, strict=True)
    ]
    return Table("evidence", "Evidence", heads, rows)
