"""Small worlds of real readings for templates: what an adopted template finds in them and would change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from intelligence.metrics.table import build_frame
from intelligence.models import Target
from metaads.models import AdAccount, Level
from optimization.gather import gather
from optimization.models import Rule
from optimization.rules.services import adopt
from tests.factories.intelligence import Row, reading
from tests.factories.metaads import AdAccountFactory, AdFactory, AdSetFactory, CampaignFactory

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
"""A Friday, 18:00, in dollars and UTC, so that a template's amounts and hours stand as they are written."""
Rows = Callable[[int], Mapping[str, Row]]
Changes = Mapping[str, tuple[str, int | str, int | str]]
FACTORIES: dict[Level, Any] = {Level.CAMPAIGN: CampaignFactory, Level.AD_SET: AdSetFactory, Level.AD: AdFactory}


def row(
    spend: float, sold: float = 0, worth: float = 0, views: float = 1000, clicks: float = 20, links: float = 10
) -> Row:
    """One day of one entity. Its results are reported, zero included."""
    return {
        "spend": spend,
        "impressions": views,
        "clicks": clicks,
        "inline_link_clicks": links,
        "actions.omni_purchase": sold,
        "action_values.omni_purchase": worth,
    }


def same(**rows: Row) -> Rows:
    """These rows on every day; names are `x11` for entity 11."""
    return lambda ago: {name.removeprefix("x"): one for name, one in rows.items()}


def world(
    level: Level,
    rows: Rows,
    entities: Mapping[str, Mapping[str, Any]],
    days: int = 16,
    now: datetime = NOW,
    target_cpa: int | None = None,
) -> AdAccount:
    """`entities`: Meta id -> columns of the mirror. `rows(ago)`: the totals of the day `ago` days before today."""
    account: AdAccount = AdAccountFactory.create(currency="USD", timezone_name="UTC")
    if target_cpa is not None:
        Target.objects.create(account=account, target_cpa=target_cpa)
    campaign = None if level == Level.CAMPAIGN else CampaignFactory.create(account=account)
    ad_set = AdSetFactory.create(campaign=campaign) if level == Level.AD else None
    places: dict[Level, dict[str, Any]] = {
        Level.CAMPAIGN: {"account": account},
        Level.AD_SET: {"campaign": campaign},
        Level.AD: {"ad_set": ad_set},
    }
    for meta_id, columns in entities.items():
        FACTORIES[level].create(meta_id=meta_id, **places[level], **columns)
    for ago in range(days):
        day = now - timedelta(days=ago)
        read_at = now if ago == 0 else day.replace(hour=0, minute=30) + timedelta(days=1)
        reading(account, level, day.date(), read_at, rows(ago))
    return account


@dataclass(frozen=True)
class Found:
    """`matched`: ids. `changes`: id -> (field, before, wanted), budgets in cents. `document`: as it was adopted."""

    matched: list[str]
    changes: Changes
    document: Mapping[str, Any]


def asked(key: str, account: AdAccount, level: Level, now: datetime = NOW) -> Found:
    """The template adopted, switched on and evaluated on the account's real frame."""
    rule = adopt(key, [account], None, now)
    Rule.objects.filter(pk=rule.pk).update(active=True)
    assert rule.current is not None
    gathered = gather(account, {level: build_frame(account, level, now)}, now)
    assert gathered.problems == []
    matched = [entity for match in gathered.matches if match.rule.pk == rule.pk for entity in match.ids]
    changes = {draft.entity.meta_id: (draft.field, draft.before, draft.wanted) for draft in gathered.drafts}
    return Found(matched, changes, rule.current.document)
