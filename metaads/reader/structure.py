"""Reading Meta's structure: pages of raw objects, exactly the fields that we keep (names checked against v26.0's spec).

Edges leave out archived and deleted objects (reference 2.3): who vanishes from a complete read is gone.
Budgets, bids and caps arrive as text or integers in Meta's minor unit; times as `2025-11-11T14:25:17-0800`.
"""

from collections.abc import Iterator
from typing import Any

from metaads.graph.client import GraphClient
from metaads.models import AdAccount

Pages = Iterator[list[dict[str, Any]]]

ACCOUNT_FIELDS = (
    "account_id",
    "name",
    "currency",
    "timezone_name",
    "account_status",
    "disable_reason",
    "spend_cap",
    "amount_spent",
    "min_daily_budget",
    "min_campaign_group_spend_cap",
)
HEALTH_FIELDS = (
    *ACCOUNT_FIELDS,
    "balance",
    "funding_source",
    "funding_source_details",
    "is_prepay_account",
    "failed_delivery_checks",
    "user_tasks",
)
_COMMON = ("id", "name", "status", "effective_status", "issues_info", "created_time", "updated_time")
_BUDGETED = ("daily_budget", "lifetime_budget", "budget_remaining", "bid_strategy", "start_time")
CAMPAIGN_FIELDS = (
    *_COMMON,
    *_BUDGETED,
    "stop_time",
    "objective",
    "buying_type",
    "spend_cap",
    "special_ad_categories",
)
AD_SET_FIELDS = (
    *_COMMON,
    *_BUDGETED,
    "end_time",  # not stop_time, which only campaigns have
    "campaign_id",
    "bid_amount",
    "bid_constraints",
    "daily_min_spend_target",
    "daily_spend_cap",
    "optimization_goal",
    "billing_event",
    "promoted_object",
    "targeting",
    "attribution_spec",
    "learning_stage_info",
)
AD_FIELDS = (*_COMMON, "campaign_id", "adset_id", "creative", "tracking_specs")
CREATIVE_FIELDS = (
    "id",
    "name",
    "status",
    "title",
    "body",
    "thumbnail_url",
    "call_to_action_type",
    "image_hash",
    "object_type",
    "link_url",
    "video_id",
)

MINIMUM_FIELDS = (
    "currency",
    "min_daily_budget_imp",
    "min_daily_budget_high_freq",
    "min_daily_budget_low_freq",
    "min_daily_budget_video_views",
)

# Rows per page: targeting makes ad sets heavy. The client halves it when Meta calls a page too much.
LIMIT = 500
HEAVY_LIMIT = 200


def read_account(client: GraphClient, account: AdAccount) -> dict[str, Any]:
    """The account itself; money as text in minor units, `min_daily_budget` as an integer."""
    return client.get(account.path_id, {"fields": ",".join(ACCOUNT_FIELDS)})


def read_health(client: GraphClient, account: AdAccount) -> dict[str, Any]:
    """The account with what may stop it: billing facts, failed delivery checks, the token user's tasks."""
    return client.get(account.path_id, {"fields": ",".join(HEALTH_FIELDS)})


def read_minimum_budgets(client: GraphClient, account: AdAccount) -> Pages:
    """The least daily budgets: one row per currency, not only the account's (reference 6.2)."""
    return _edge(client, account, "minimum_budgets", MINIMUM_FIELDS, LIMIT)


def read_campaigns(client: GraphClient, account: AdAccount) -> Pages:
    """All campaigns that are neither archived nor deleted."""
    return _edge(client, account, "campaigns", CAMPAIGN_FIELDS, LIMIT)


def read_ad_sets(client: GraphClient, account: AdAccount) -> Pages:
    """All ad sets that are neither archived nor deleted."""
    return _edge(client, account, "adsets", AD_SET_FIELDS, HEAVY_LIMIT)


def read_ads(client: GraphClient, account: AdAccount) -> Pages:
    """All ads that are neither archived nor deleted; `creative` is {"id": ...}."""
    return _edge(client, account, "ads", AD_FIELDS, LIMIT)


def read_creatives(client: GraphClient, account: AdAccount) -> Pages:
    """All creatives of the account, used or not."""
    return _edge(client, account, "adcreatives", CREATIVE_FIELDS, LIMIT)


def _edge(client: GraphClient, account: AdAccount, edge: str, fields: tuple[str, ...], limit: int) -> Pages:
    return client.pages((account.path_id, edge), {"fields": ",".join(fields), "limit": limit})
