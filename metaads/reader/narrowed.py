"""Insights of some entities only, and of single hours: reads that never stand for a whole account."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from metaads.graph.client import GraphClient
from metaads.graph.errors import OutcomeUnknown
from metaads.models import AdAccount, Level
from metaads.reader.insights import InsightRow, insights_params, parse
from metaads.reader.results import result_types

HOURLY = "hourly_stats_aggregated_by_advertiser_time_zone"
_HOURLY_FIELDS = ("campaign_id", "date_start", "date_stop", "impressions", "clicks", "inline_link_clicks", "spend")


def read_where(
    client: GraphClient, account: AdAccount, level: Level | str, day: date, where: Sequence[Mapping[str, object]]
) -> Iterator[list[InsightRow]]:
    """Pages of one account day's totals of the entities that `where` (Meta's `filtering`) leaves.

    Raises metaads.graph.errors.
    """
    chosen, types = Level(level), result_types(account)
    params = {**insights_params(chosen, day, day), "filtering": [dict(test) for test in where]}
    for page in client.pages((account.path_id, "insights"), params):
        yield [parse(raw, chosen, types) for raw in page]


def active(level: Level | str, wanted: bool = True) -> list[dict[str, object]]:
    """Those that deliver, or all the others."""
    field, operator = f"{Level(level).value}.effective_status", "IN" if wanted else "NOT_IN"
    return [{"field": field, "operator": operator, "value": ["ACTIVE"]}]


def among(level: Level | str, ids: Sequence[str]) -> list[dict[str, object]]:
    """These ids."""
    return [{"field": f"{Level(level).value}.id", "operator": "IN", "value": list(ids)}]


def hourly_params(since: date, until: date) -> dict[str, object]:
    """Campaigns by the account's clock hours. No reach, no video and no web purchases there (reference 4.2)."""
    return {
        **insights_params(Level.CAMPAIGN, since, until),
        "fields": ",".join(_HOURLY_FIELDS),
        "breakdowns": HOURLY,
    }


def local_hour(raw: Mapping[str, Any]) -> int:
    """13 for "13:00:00 - 13:59:59". Raises OutcomeUnknown."""
    text = str(raw.get(HOURLY))
    if not (text[:2].isdigit() and 0 <= int(text[:2]) <= 23):
        raise OutcomeUnknown("Meta sent an hourly row without its hour.")
    return int(text[:2])


def hourly_row(raw: Mapping[str, Any]) -> InsightRow:
    """One campaign's hour. Reach and actions stay unknown, for the breakdown does not carry them."""
    return parse({name: value for name, value in raw.items() if name in _HOURLY_FIELDS}, Level.CAMPAIGN)
