"""What the renderers look at: an account at a moment, with money and time in Meta's forms."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from metaads.sandbox.world.account import Account
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign
from metaads.sandbox.world.world import World


@dataclass(frozen=True)
class View:
    """`now` in Unix seconds of the virtual clock."""

    world: World
    account: Account
    now: int

    def time(self, seconds: int | None) -> str | None:
        """`2025-11-11T14:25:17-0800` on the account's clock; None stays None."""
        if seconds is None:
            return None
        return datetime.fromtimestamp(seconds, UTC).astimezone(self.account.zone).strftime("%Y-%m-%dT%H:%M:%S%z")

    def campaign_of(self, ad_set: AdSet) -> Campaign:
        return self.account.campaigns[ad_set.campaign]

    def set_of(self, ad: Ad) -> AdSet:
        return self.account.ad_sets[ad.ad_set]

    def members(self, campaign: Campaign) -> list[AdSet]:
        """Ad sets of a campaign."""
        return [s for s in self.account.ad_sets if s.campaign == campaign.index]


def text(amount: int | None) -> str | None:
    """Minor units as the string that Meta sends; None stays None."""
    return None if amount is None else str(amount)


def effective_status(view: View, node: Campaign | AdSet | Ad) -> str:
    """A node's own status, unless a parent or a review keeps it from delivering (reference 3.1)."""
    if node.status in ("ARCHIVED", "DELETED") or isinstance(node, Campaign):
        return node.status
    ad_set = node if isinstance(node, AdSet) else view.set_of(node)
    campaign = view.campaign_of(ad_set)
    for parent in (campaign, ad_set) if isinstance(node, Ad) else (campaign,):
        if parent.status in ("ARCHIVED", "DELETED"):
            return parent.status
    if isinstance(node, Ad) and node.review:
        return node.review
    if node.status == "PAUSED":
        return "PAUSED"
    if campaign.status == "PAUSED":
        return "CAMPAIGN_PAUSED"
    if isinstance(node, Ad) and ad_set.status == "PAUSED":
        return "ADSET_PAUSED"
    return "ACTIVE"


def issue(level: str, code: int, summary: str, message: str) -> dict[str, Any]:
    """One row of `issues_info` (reference 3.6)."""
    return {
        "level": level,
        "error_code": code,
        "error_summary": summary,
        "error_message": message,
        "error_type": "HARD_ERROR",
    }
