"""What an account's change history says (`/act_X/activities`, reference 4.3): every change, whoever made it.

Event names are those of the enum `AdActivity.EventType` of the machine-readable reference.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative
from metaads.sandbox.world.options import Market


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something, and with what."""

    id: str
    name: str
    application_id: str
    application_name: str


@dataclass(frozen=True, slots=True)
class Activity:
    """One row. `at`: Unix second; `extra`: what `extra_data` holds as JSON text; money in minor units."""

    at: int
    event_type: str
    actor_id: str
    actor_name: str
    application_id: str
    application_name: str
    object_id: str
    object_name: str
    object_type: str
    extra: dict[str, Any] = field(default_factory=dict)


class Account(Protocol):
    """What a change history needs of the account, which imports this file."""

    id: str
    market: Market
    activities: list[Activity]


PERSON = Actor("10158000000000041", "Marta Kowalska", "119211728144504", "Ads Manager")
RULES = Actor("0", "Automated rules", "119211728144504", "Automated rules")
META = Actor("0", "Meta", "0", "Meta")
_KINDS: dict[type, str] = {Campaign: "CAMPAIGN", AdSet: "ADSET", Ad: "AD", Creative: "CREATIVE"}
_CREATED = {"CAMPAIGN": "create_campaign_group", "ADSET": "create_ad_set", "AD": "create_ad"}
_BUDGETS = ("daily_budget", "lifetime_budget")
_EVENTS: dict[tuple[str, str], str] = {
    **{("CAMPAIGN", name): "update_campaign_budget" for name in _BUDGETS},
    **{("ADSET", name): "update_ad_set_budget" for name in _BUDGETS},
    ("CAMPAIGN", "status"): "update_campaign_run_status",
    ("CAMPAIGN", "name"): "update_campaign_name",
    ("CAMPAIGN", "spend_cap"): "update_campaign_group_spend_cap",
    ("CAMPAIGN", "bid_strategy"): "update_campaign_delivery_type",
    ("CAMPAIGN", "adset_budgets"): "update_campaign_budget_optimization_toggling_status",
    ("ADSET", "status"): "update_ad_set_run_status",
    ("ADSET", "name"): "update_ad_set_name",
    ("ADSET", "bid_amount"): "update_ad_set_bidding",
    ("ADSET", "bid_constraints"): "update_ad_set_bidding",
    ("ADSET", "bid_strategy"): "update_ad_set_bid_strategy",
    ("ADSET", "targeting"): "update_ad_set_target_spec",
    ("ADSET", "optimization_goal"): "update_ad_set_optimization_goal",
    ("ADSET", "start"): "update_ad_set_duration",
    ("ADSET", "end"): "update_ad_set_duration",
    ("ADSET", "daily_min_spend_target"): "update_ad_set_min_spend_target",
    ("ADSET", "daily_spend_cap"): "update_ad_set_spend_cap",
    ("AD", "status"): "update_ad_run_status",
    ("AD", "name"): "update_ad_friendly_name",
    ("AD", "creative"): "update_ad_creative",
    ("CREATIVE", "name"): "edit_and_update_ad_creative",
    ("CREATIVE", "status"): "edit_and_update_ad_creative",
}


def system_user(seed: int) -> Actor:
    """The user of the sandbox's token, acting through our app; ids as in `graph/auth.py`."""
    app = str(900_000_000_000_000 + seed)
    return Actor("122000000000001", "Campaign Intelligence system user", app, "Sandbox app")


def note(
    account: Account, at: int, node: Campaign | AdSet | Ad | Creative, before: dict[str, Any],
    after: dict[str, Any], who: Actor = PERSON,
) -> None:  # fmt: skip
    """Writes one row for each value that differs; fields and units are those of the node. A person, unless said."""
    kind = _KINDS[type(node)]
    for name, value in after.items():
        if before.get(name) != value:
            event = _EVENTS.get((kind, name), "unknown")
            log(account, at, event, node, {"old_value": before.get(name), "new_value": value, "field": name}, who)


def created(account: Account, at: int, node: Campaign | AdSet | Ad | Creative, who: Actor) -> None:
    """Writes that an object was made; Meta lists no creation of creatives."""
    event = _CREATED.get(_KINDS[type(node)])
    if event:
        log(account, at, event, node, {"new_value": node.name}, who)


def log(
    account: Account, at: int, event: str, node: Campaign | AdSet | Ad | Creative, extra: dict[str, Any], who: Actor
) -> None:
    """Writes one row under a given event name."""
    account.activities.append(
        Activity(
            at, event, who.id, who.name, who.application_id, who.application_name, node.id, node.name,
            _KINDS[type(node)], extra,
        )
    )  # fmt: skip


def log_account(account: Account, at: int, event: str, extra: dict[str, Any], who: Actor) -> None:
    """Writes one row about the account itself."""
    account.activities.append(
        Activity(
            at, event, who.id, who.name, who.application_id, who.application_name, account.id, account.market.name,
            "ACCOUNT", extra,
        )
    )  # fmt: skip
