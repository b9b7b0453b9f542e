"""Real input: Meta's own recorded answers through the product's client, reader, collection and rules.

1. The recorded pages, over HTTP, read with the client's paging and the reader's row parser: the totals must be those
   that the data's README states.
2. The same rows served again as ad-level insights, collected by the product, one rule and the shipped ad-level
   template evaluated on the frame; the rule's matches are recounted by hand.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from intelligence.collect.backfill import backfill
from intelligence.collect.insights import collect
from intelligence.metrics.table import build_frame
from metaads.graph.client import client_for
from metaads.models import AdAccount, Level
from metaads.reader.insights import InsightRow, nested
from metaads.sync.connect import AccountFacts, store_connection
from metaads.sync.structure import sync_structure
from optimization.rules.compile import compile_rule
from optimization.rules.evaluate import evaluate
from optimization.rules.schema import parse
from optimization.rules.templates.creative_fatigue import TEMPLATE
from optimization.rules.trace import trace
from tests.benchmarks.replay import Replay, load, serving

EXPECTED = {
    "ads": 1581,
    "ads_with_insights": 16,
    "ad_days": 36,
    "impressions": 155_837,
    "clicks": 1518,
    "spend": "384.23",
}
# The recordings end on 2 October 2017; their account's zone and currency are not told.
NOW = datetime(2017, 10, 3, 12, tzinfo=UTC)
DEFAULT_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
RULE = {
    "conditions": {
        "all": [
            {"field": "spend_3d", "operator": ">", "value": 10},
            {"field": "ctr_3d", "operator": "<", "value": 1},
        ]
    },
    "actions": [{"kind": "notify_only", "parameters": {"message": "dear clicks"}}],
}


@dataclass(frozen=True)
class Read:
    """What the client and the parser made of the recordings."""

    ads: list[str]
    rows: list[InsightRow]
    raw: list[dict[str, Any]]


def run(data: str | None = None) -> dict[str, object]:
    """Totals and evaluations. `data`: the data folder (default: env CI_DATA, else ../shared/data). Keeps no row."""
    folder = Path(data or os.environ.get("CI_DATA") or DEFAULT_DATA)
    try:
        replay = load(folder)
    except FileNotFoundError:
        return {"name": "recordings", "skipped": "the recordings are not there: give their folder by CI_DATA"}
    with serving(replay) as url, transaction.atomic():
        try:
            return measured(replay, url)
        finally:
            transaction.set_rollback(True)


def measured(replay: Replay, url: str) -> dict[str, object]:
    account = connect(replay, url)
    read = read_recorded(account)
    totals = totals_of(read)
    replay.ads, replay.rows = read.ads, read.raw
    account.connection.api_version = "v26.0"
    account.connection.save(update_fields=["api_version"])
    rules = evaluated(account, read)
    return {
        "name": "recordings",
        **totals,
        **rules,
        "calls": replay.calls,
        "passed": totals == EXPECTED and as_expected(rules),
    }


def as_expected(rules: dict[str, object]) -> bool:
    """The rule finds what a hand count finds; the template says "no data" for every ad, for 7-day reach is missing."""
    told = rules["matches"] == rules["matches_by_hand"] and rules["fatigue_no_data"] == EXPECTED["ads_with_insights"]
    return bool(rules["collected"]) and told and rules["fatigue_matches"] == 0


def connect(replay: Replay, url: str) -> AdAccount:
    _, (account,) = store_connection(
        "Recordings",
        url,
        "replayed",
        "",
        "",
        [replay.account_id],
        NOW,
        sandbox=True,
        api_version="v2.9",
        facts=AccountFacts("EUR", "UTC", "Recorded"),
    )
    return account


def read_recorded(account: AdAccount) -> Read:
    """The first page is keyed by the account (Meta's old multi-get), the others are pages of the edge."""
    client = client_for(account)
    first = client.get("ads", {"ids": account.path_id})[account.path_id]
    cursor = first["paging"]["cursors"]["after"]
    ads = list(first["data"])
    for page in client.pages((account.path_id, "ads"), {"after": cursor, "limit": 25}):
        ads += page
    rows = [row for ad in ads for row in nested(ad, Level.AD)]
    raw = [row for ad in ads for row in ad.get("insights", {}).get("data", [])]
    return Read(list(dict.fromkeys(str(ad["id"]) for ad in ads)), rows, raw)


def totals_of(read: Read) -> dict[str, object]:
    return {
        "ads": len(read.ads),
        "ads_with_insights": len({row.entity_id for row in read.rows}),
        "ad_days": len(read.rows),
        "impressions": sum(row.impressions or 0 for row in read.rows),
        "clicks": sum(row.clicks or 0 for row in read.rows),
        "spend": str(sum((row.spend or Decimal(0) for row in read.rows), Decimal(0))),
    }


def evaluated(account: AdAccount, read: Read) -> dict[str, object]:
    """Collected by the product, then the rule and the template on the ad-level frame."""
    sync_structure(account, NOW)
    backfill(account, NOW, 7)
    collected = collect(account, NOW)
    frame = build_frame(account, Level.AD, NOW)
    rule = compile_rule(parse(RULE, Level.AD))
    fatigue = compile_rule(parse(TEMPLATE.document(lambda usd: usd), Level.AD))
    outcome, tired = evaluate(rule, frame), evaluate(fatigue, frame)
    delivering = [i for i, ad in enumerate(frame.ids) if ad in {row.entity_id for row in read.rows}]
    return {
        "collected": collected.ok,
        "frame_rows": len(frame),
        "matches": int(outcome.matched.sum()),
        "matches_by_hand": by_hand(read),
        "fatigue_matches": int(tired.matched.sum()),
        "fatigue_no_data": sum(trace(fatigue, frame, i)["result"] == "no data" for i in delivering),
    }


def by_hand(read: Read) -> int:
    """The rule's matches, recounted without any of the product's metrics code."""
    found = 0
    for ad in {row.entity_id for row in read.rows}:
        rows = [row for row in read.rows if row.entity_id == ad]
        spend = sum((row.spend or Decimal(0) for row in rows), Decimal(0))
        clicks, shown = sum(row.clicks or 0 for row in rows), sum(row.impressions or 0 for row in rows)
        found += spend > 10 and shown > 0 and 100 * clicks / shown < 1
    return found
