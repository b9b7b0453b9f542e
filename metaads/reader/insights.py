"""Reading insights: daily rows of a whole account, page by page, as frozen rows with exact numbers.

Meta sends every number as text and leaves out what it has no data for (reference 4.2): absent stays None, never zero.
Money is in the account's major unit. Days are the account's own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings

from metaads.graph.client import GraphClient
from metaads.graph.errors import OutcomeUnknown
from metaads.models import AdAccount, Level
from metaads.reader.results import first_of, result_types

ALL_DAYS = "all_days"
_ID = {Level.CAMPAIGN: "campaign_id", Level.AD_SET: "adset_id", Level.AD: "ad_id"}
_METRICS = (
    "impressions",
    "reach",
    "clicks",
    "inline_link_clicks",
    "spend",
    "actions",
    "action_values",
    "conversions",
    "conversion_values",
    "video_thruplay_watched_actions",
)
ATTRIBUTION_WINDOWS: tuple[str, ...] = ("1d_click", "7d_click", "28d_click", "1d_view")
"""Windows that still have data (reference 4.1). Meta's plain `value` is 7-day click and 1-day view."""


@dataclass(frozen=True, slots=True)
class InsightRow:
    """One entity's totals of one day (or of `day` to `last_day`). None = Meta reported nothing.

    spend and values: major unit of the account's currency. actions: count by Meta's action type. conversions: Meta's
    own list of that name, by its types. by_window: the account's result type alone, as "actions.<type>" and
    "action_values.<type>", each by attribution window; a window that is not there had none. None = not asked.
    """

    entity_id: str
    day: date
    last_day: date
    impressions: int | None = None
    reach: int | None = None
    clicks: int | None = None
    inline_link_clicks: int | None = None
    spend: Decimal | None = None
    thruplays: int | None = None
    actions: dict[str, Decimal] | None = None
    action_values: dict[str, Decimal] | None = None
    conversions: dict[str, Decimal] | None = None
    conversion_values: dict[str, Decimal] | None = None
    by_window: dict[str, dict[str, Decimal]] | None = None


def read_insights(
    client: GraphClient,
    account: AdAccount,
    level: Level | str,
    since: date,
    until: date,
    ids: Sequence[str] | None = None,
    increment: int | str = 1,
) -> Iterator[list[InsightRow]]:
    """Pages of rows of `level` for the account days since..until, both included; entities without delivery have none.

    `ids` narrows to these entities. `increment` = ALL_DAYS gives one row per entity for the whole range (for reach,
    which does not add up). Raises metaads.graph.errors; OutcomeUnknown also for a row that cannot be read.
    """
    chosen = Level(level)
    types = result_types(account)
    params = insights_params(chosen, since, until, ids, increment)
    seen: set[tuple[str, date]] = set()
    for page in client.pages((account.path_id, "insights"), params):
        yield _first_time([parse(raw, chosen, types) for raw in page], seen)


def insights_params(
    level: Level, since: date, until: date, ids: Sequence[str] | None = None, increment: int | str = 1
) -> dict[str, object]:
    """What to ask, the same for a read at once and for a report run. A whole range (for reach) needs no attribution."""
    params: dict[str, object] = {
        "level": level.value,
        "fields": ",".join((_ID[level], "date_start", "date_stop", *_METRICS)),
        "time_range": {"since": since.isoformat(), "until": until.isoformat()},
        "time_increment": increment,
        "use_unified_attribution_setting": True,
        "limit": settings.INSIGHTS_PAGE_SIZE,
    }
    if increment != ALL_DAYS:
        params["action_attribution_windows"] = list(ATTRIBUTION_WINDOWS)
    if ids is not None:
        params["filtering"] = [{"field": f"{level.value}.id", "operator": "IN", "value": list(ids)}]
    return params


def _first_time(rows: list[InsightRow], seen: set[tuple[str, date]]) -> list[InsightRow]:
    """Pages may overlap when data move while we read: a row that came before must not count twice."""
    fresh = []
    for row in rows:
        if (row.entity_id, row.day) not in seen:
            seen.add((row.entity_id, row.day))
            fresh.append(row)
    return fresh


def parse(raw: Mapping[str, Any], level: Level, types: Sequence[str] = ()) -> InsightRow:
    """One row as Meta sends it. Raises OutcomeUnknown when it is malformed: half a number is no number.

    `types` (`results.result_types`) says whose attribution windows to keep; without them `by_window` is None.
    """
    try:
        return InsightRow(
            entity_id=str(raw[_ID[level]]),
            day=date.fromisoformat(raw["date_start"]),
            last_day=date.fromisoformat(raw["date_stop"]),
            impressions=_count(raw.get("impressions")),
            reach=_count(raw.get("reach")),
            clicks=_count(raw.get("clicks")),
            inline_link_clicks=_count(raw.get("inline_link_clicks")),
            spend=_amount(raw.get("spend")),
            thruplays=_thruplays(raw.get("video_thruplay_watched_actions")),
            actions=_by_type(raw.get("actions")),
            action_values=_by_type(raw.get("action_values")),
            conversions=_by_type(raw.get("conversions")),
            conversion_values=_by_type(raw.get("conversion_values")),
            by_window=_by_window(raw, types),
        )
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise OutcomeUnknown(f"Meta sent an insights row that cannot be read ({type(error).__name__}).") from error


def nested(parent: Mapping[str, Any], level: Level) -> list[InsightRow]:
    """Rows that stand under an object as `insights`; an object without delivery has none (the key is absent).

    Raises OutcomeUnknown when not all of them are there: nested lists have pages of their own.
    """
    edge = parent.get("insights") or {}
    if (edge.get("paging") or {}).get("next"):
        raise OutcomeUnknown("More nested insights than one answer holds: ask the insights edge instead.")
    return [parse({_ID[level]: parent["id"], **raw}, level) for raw in edge.get("data", [])]


def _count(value: object) -> int | None:
    return None if value is None else int(str(value))


def _amount(value: object) -> Decimal | None:
    if value is None:
        return None
    amount = Decimal(str(value))
    if not amount.is_finite():
        raise ValueError("not a number")
    return amount


def _by_type(stats: Sequence[Mapping[str, Any]] | None) -> dict[str, Decimal] | None:
    """AdsActionStats -> total by type. The types overlap (three names for one purchase): never add them up."""
    if stats is None:
        return None
    return {str(stat["action_type"]): _amount(stat["value"]) or Decimal(0) for stat in stats}


def _by_window(raw: Mapping[str, Any], types: Sequence[str]) -> dict[str, dict[str, Decimal]] | None:
    """The windows that stand beside `value` (reference 4.2), of the type that counts as the result in this row.

    None where they can't be told: not asked, no list, or a result that came without any window.
    """
    if not types or raw.get("actions") is None:
        return None
    found = {}
    for name in ("actions", "action_values"):
        by_type = {str(stat["action_type"]): stat for stat in raw.get(name) or ()}
        windows = {kind: _windows(by_type[kind]) for kind in types if kind in by_type}
        kind = first_of(types, {kind: _most(by_type[kind], held) for kind, held in windows.items()})
        if kind is not None and not windows[kind]:
            return None
        if kind is not None:
            found[f"{name}.{kind}"] = windows[kind]
    return found


def _most(stat: Mapping[str, Any], windows: Mapping[str, Decimal]) -> Decimal:
    return max([_amount(stat["value"]) or Decimal(0), *windows.values()])


def _windows(stat: Mapping[str, Any]) -> dict[str, Decimal]:
    amounts = {window: _amount(stat.get(window)) for window in ATTRIBUTION_WINDOWS}
    return {window: amount for window, amount in amounts.items() if amount is not None}


def _thruplays(stats: Sequence[Mapping[str, Any]] | None) -> int | None:
    """One entry, type video_view."""
    counts = _by_type(stats)
    return None if counts is None else int(sum(counts.values(), Decimal(0)))
