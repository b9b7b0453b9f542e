"""What a back-test found, ready to show: totals in words, firings over the account's spend, each firing in a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.safestring import SafeString

from intelligence.charts import BarChart, Event, bar_chart
from intelligence.charts.scale import finite
from intelligence.metrics.series import MAX_DAYS, Series, account_daily, daily
from intelligence.metrics.windows import local_day
from metaads.graph.money import from_minor
from metaads.models import AdAccount, Level
from optimization.guards import GUARDS
from optimization.kinds import KINDS
from optimization.rules.summary import PLURAL
from optimization.views import table, words
from optimization.views.marks import calendar_marks
from optimization.views.rule_words import Word
from optimization.views.subject import campaigns_of, entity_href
from optimization.views.table import Cell, Head, Table

NAMED_MOST = 3
KEY = "firings"
RESOLUTIONS: dict[str, Word] = {
    "hourly": Word("hourly", "Hour by hour", "good", "check", "On the tables that were stored then."),
    "daily": Word("daily", "One look a day", "watch", "clock", "Hours are stored for 30 days; older days by the day."),
    "restated": Word(
        "restated", "One look a day, with later figures", "watch", "clock", "Late conversions are in them."
    ),
    "mixed": Word("mixed", "Partly by the hour", "watch", "clock", "Hours where they are stored, else one look a day."),
    "none": Word("none", "Nothing was replayed", "bad", "alert", "There are no data of this time."),
}
NOT_KNOWN = "unknown"


@dataclass(frozen=True)
class Replayed:
    """`result`: the job's JSON. `says`: totals, a sentence each; `held`: what kept it from doing more."""

    result: Mapping[str, Any]
    account: AdAccount
    resolution: Word
    first: date
    last: date
    says: tuple[str, ...]
    held: tuple[str, ...]
    charts: tuple[tuple[str, SafeString], ...]
    table: Table


def replayed(result: Mapping[str, Any], account: AdAccount, now: datetime) -> Replayed:
    first, last = (_moment(result[name]).astimezone(account.zone).date() for name in ("since", "until"))
    return Replayed(
        result=result,
        account=account,
        resolution=RESOLUTIONS.get(str(result.get("resolution")), RESOLUTIONS["none"]),
        first=first,
        last=last,
        says=tuple(_says(result, account.currency)),
        held=tuple(_held(result)),
        charts=tuple(_charts(result, account, first, last, now)),
        table=firings_table(result, account),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _says(result: Mapping[str, Any], currency: str) -> Iterator[str]:
    totals = result["totals"]
    if totals["firings"]:
        times, things = _many(totals["firings"], "time"), _many(totals["entities"], *_nouns(result))
        yield f"It would have acted {times} on {things}: {_kinds(totals['by_kind'])}."
    elif result.get("told"):
        yield f"It would have told you of {_many(result['told'], *_nouns(result))}."
    else:
        yield "It would have done nothing."
    about = "About " if totals.get("estimate") else ""
    if totals.get("spend_cut"):
        cut = words.plain_amount(totals["spend_cut"], currency)
        lost = _number(totals["conversions_lost"])
        worth = _worth(totals, currency)
        yield f"{about}{cut} of spend would have been cut, and {lost} conversions lost with it{worth}."
    if totals.get("spend_added"):
        more = words.plain_amount(totals["spend_added"], currency)
        won = _number(totals["conversions_gained"])
        yield f"{about}{more} would have been spent on top, for at most {won} conversions more."
        yield "That is as if added spend bought as much as the spend before it; it buys less."
    if totals.get("unknown"):
        yield f"What {_many(totals['unknown'], 'firing')} would have saved or cost is unknown."


def _worth(totals: Mapping[str, Any], currency: str) -> str:
    """What the cut spend had brought: the buyer's test of the rule."""
    value, spend = totals.get("value_lost"), totals.get("spend_cut")
    if value is None or not spend:
        return ""
    return f" (worth {words.plain_amount(value, currency)}: the cut spend had a ROAS of {words.ratio(value / spend)})"


def _nouns(result: Mapping[str, Any]) -> tuple[str, str]:
    """What the rules look at, one and several."""
    levels = {rule["level"] for rule in result["rules"]} | {one["level"] for one in result["firings"]}
    if len(levels) != 1:
        return "entity", "entities"
    level = Level(levels.pop())
    return level.label.lower(), PLURAL[level]


def _kinds(counts: Mapping[str, int]) -> str:
    """What was done, with how often where there are several."""
    if len(counts) == 1:
        return _kind(next(iter(counts)))
    return ", ".join(f"{_kind(kind)} {count:,} times" for kind, count in counts.items())


def _kind(key: str) -> str:
    return KINDS[key].label.lower() if key in KINDS else key.replace("_", " ")


def _many(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def _number(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:,.1f}".removesuffix(".0")


def _held(result: Mapping[str, Any]) -> Iterator[str]:
    for guard, count in result.get("blocked", {}).items():
        yield f"{count:,} held back by {GUARDS[guard].label.lower() if guard in GUARDS else guard}."
    for reason, count in result.get("skipped", {}).items():
        yield f"{count:,} skipped: {reason}"
    for reason, count in result.get("nothing", {}).items():
        yield f"{count:,} looks with nothing to do: {reason}"


def _charts(
    result: Mapping[str, Any], account: AdAccount, first: date, last: date, now: datetime
) -> Iterator[tuple[str, SafeString]]:
    """The account's (or the campaign's) spend with every firing marked, and what it would have cut each day."""
    currency = account.currency
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]

    def money(value: float) -> str:
        return words.plain_amount(value, currency)

    of = "Spend of the campaign" if result.get("campaign") else "Spend of the account"
    spent = _spends(result, account, days, now)
    events = [*_events(result, account), *calendar_marks(account, first, last)]
    unfinished = int(last == local_day(now, account.zone))
    title = f"{of}, {currency}"
    yield title, bar_chart(BarChart(title, days, spent, money, words.short, "spend", unfinished, events))
    per_day = {date.fromisoformat(one["day"]): one for one in result.get("per_day", [])}
    if len(per_day) > 1:
        counts = [float(per_day[day]["firings"]) if day in per_day else 0.0 for day in days]
        yield "Firings a day", bar_chart(BarChart("Firings a day", days, counts, _number, words.short, "other"))
    if any(one["spend_cut"] for one in per_day.values()):
        cut = [per_day[day]["spend_cut"] if day in per_day else 0.0 for day in days]
        added = max(cut) <= 0  # a rule that only grows: said as what it adds, not as a cut below nothing
        title = f"Spend {'added' if added else 'cut'} by what fired that day, {currency}"
        cut = [-value for value in cut] if added else cut
        yield title, bar_chart(BarChart(title, days, cut, money, words.short, "good"))


def _spends(result: Mapping[str, Any], account: AdAccount, days: list[date], now: datetime) -> list[float | None]:
    """By day; unknown beyond the days that series hold."""
    campaign = result.get("campaign")
    series: Series = (
        daily(account, Level.CAMPAIGN, campaign, ["spend"], MAX_DAYS, now)
        if campaign
        else account_daily(account, ["spend"], MAX_DAYS, now)
    )
    by_day = dict(zip(series.days, series.values["spend"], strict=True))
    return [finite(by_day.get(day)) for day in days]


def _events(result: Mapping[str, Any], account: AdAccount) -> list[Event]:
    """One a day, so that every day that had a firing is marked: what fired where it was little, else how much."""
    fired: dict[date, list[str]] = {}
    for one in result["firings"]:
        told = f"{one['change'] or one['kind']} {one['entity_name']}"
        fired.setdefault(_moment(one["at"]).astimezone(account.zone).date(), []).append(told)
    return [
        Event(day, "; ".join(told) if len(told) <= NAMED_MOST else _many(len(told), "firing"))
        for day, told in fired.items()
    ]


def firings_table(result: Mapping[str, Any], account: AdAccount) -> Table:
    """Every firing that the result lists, in the order of time."""
    currency = account.currency
    heads = (
        Head("When"),
        Head("Name"),
        Head("Change"),
        Head("At stake a day", num=True, wide=True),
        Head("Spend cut", num=True, csv=f"Spend cut ({currency})"),
        Head("Conversions lost", num=True),
        Head("Then", wide=True),
        Head("Why", wide=True),
    )
    campaigns = _campaigns(result, account)
    rows = [_row(one, account, campaigns.get(one["entity_id"], "")) for one in result["firings"]]
    note = f"{result['firings_left_out']:,} more are counted and not listed." if result.get("firings_left_out") else ""
    return Table(KEY, "Firings", heads, rows, note=note, empty="It would not have fired.")


def _campaigns(result: Mapping[str, Any], account: AdAccount) -> dict[str, str]:
    """Names by Meta id; a query a level."""
    found: dict[str, str] = {}
    for level in {one["level"] for one in result["firings"]}:
        found |= campaigns_of(account, level, [one["entity_id"] for one in result["firings"]])
    return found


def _row(one: Mapping[str, Any], account: AdAccount, campaign: str) -> table.Row:
    currency, stake = account.currency, one.get("at_stake")
    lost = one.get("conversions_lost")
    return (
        table.moment(_moment(one["at"]), account),
        table.text(one["entity_name"], link=entity_href(one["level"], one["entity_id"]), small=campaign),
        table.text(one["change"]),
        _wide(table.money(None if stake is None else from_minor(stake, currency), currency)),
        table.money(one.get("spend_cut"), currency),
        table.unknown() if lost is None else Cell(_number(lost), round(lost, 2), num=True),
        _wide(table.text(one["fate"])),
        _wide(table.text(one["reason"])),
    )


def _wide(cell: Cell) -> Cell:
    return replace(cell, wide=True)
