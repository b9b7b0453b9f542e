"""Meta's `effective_status` in words, with the tone that repeats it (never colour alone)."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from metaads.models import Ad, AdAccount, AdSet, Campaign, Level

GROUPS: dict[str, str] = {
    "delivering": "Delivering",
    "learning": "Learning",
    "trouble": "With problems",
    "waiting": "In review or process",
    "paused": "Paused",
    "gone": "Archived or deleted",
}
"""The status filter: key -> label."""


@dataclass(frozen=True)
class Delivery:
    """`tone`: good, watch, bad, live or quiet. `group` is a key of GROUPS. `cause`: the level above that holds it."""

    word: str
    tone: str
    group: str
    cause: str = ""


UNKNOWN = Delivery("Unknown", "watch", "trouble")
LEARNING = Delivery("Learning", "live", "learning")
LIMITED = Delivery("Learning limited", "watch", "learning")
STATUSES: dict[str, Delivery] = {
    "ACTIVE": Delivery("Active", "good", "delivering"),
    "PAUSED": Delivery("Paused", "quiet", "paused"),
    "CAMPAIGN_PAUSED": Delivery("Campaign paused", "quiet", "paused", "campaign"),
    "ADSET_PAUSED": Delivery("Ad set paused", "quiet", "paused", "ad set"),
    "PENDING_REVIEW": Delivery("In review", "watch", "waiting"),
    "PREAPPROVED": Delivery("Approved beforehand", "watch", "waiting"),
    "IN_PROCESS": Delivery("In process", "live", "waiting"),
    "PENDING_BILLING_INFO": Delivery("Billing details missing", "bad", "trouble", "account"),
    "DISAPPROVED": Delivery("Disapproved", "bad", "trouble"),
    "WITH_ISSUES": Delivery("With issues", "bad", "trouble"),
    "ARCHIVED": Delivery("Archived", "quiet", "gone"),
    "DELETED": Delivery("Deleted", "quiet", "gone"),
}
ACCOUNT_STOPPED = Delivery("Account stopped", "bad", "trouble", "account")
IDLE = Delivery("No active ad", "watch", "trouble", "ad")
ACCOUNT_ACTIVE = 1
LEARNING_PHASES: dict[str, Delivery] = {"LEARNING": LEARNING, "LEARNING_LIMITED": LIMITED}


def delivery_of(effective_status: str, learning_phase: str = "") -> Delivery:
    """`learning_phase` as the metrics table says it; it is shown only while the entity is active."""
    found = STATUSES.get(effective_status)
    if found is None:
        return (
            UNKNOWN
            if not effective_status
            else Delivery(effective_status.replace("_", " ").lower(), "watch", "trouble")
        )
    return LEARNING_PHASES.get(learning_phase, found) if effective_status == "ACTIVE" else found


def idle(account: AdAccount, level: str) -> frozenset[str]:
    """Meta ids of active campaigns or ad sets without any active ad: Meta calls them active, nothing is shown.

    One query; ads have nothing below them."""
    if level == Level.AD:
        return frozenset()
    model, parent = (Campaign, "campaign") if level == Level.CAMPAIGN else (AdSet, "ad_set")
    ads = Ad.objects.filter(**{parent: OuterRef("pk")}, effective_status="ACTIVE", deleted_at=None)
    rows = model._default_manager.filter(account=account, effective_status="ACTIVE", deleted_at=None)
    return frozenset(rows.filter(~Exists(ads)).values_list("meta_id", flat=True))
