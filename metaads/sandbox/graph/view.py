"""What the renderers look at: an account at a moment, with money and time in Meta's forms."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from metaads.sandbox.world import issues
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
    """A node's own status, unless a parent, a review or an issue keeps it from delivering (reference 3.1)."""
    if node.status in _GONE:
        return node.status
    parents = _parents(view, node)
    for _, parent in parents:
        if parent.status in _GONE:
            return parent.status
    if node.busy_until > view.now:
        return "IN_PROCESS"
    reviewed = _review(view, node) if isinstance(node, Ad) else ""
    if reviewed or node.status == "PAUSED":
        return reviewed or "PAUSED"
    for kind, parent in parents:
        if parent.status == "PAUSED":
            return f"{kind}_PAUSED"
    return "WITH_ISSUES" if issues.is_hard(node.issue) else "ACTIVE"


_GONE = ("ARCHIVED", "DELETED")


def _parents(view: View, node: Campaign | AdSet | Ad) -> list[tuple[str, Campaign | AdSet]]:
    """What lies above a node, highest first, with the word that names it in `effective_status`."""
    if isinstance(node, Campaign):
        return []
    ad_set = node if isinstance(node, AdSet) else view.set_of(node)
    above: list[tuple[str, Campaign | AdSet]] = [("CAMPAIGN", view.campaign_of(ad_set))]
    return above if node is ad_set else [*above, ("ADSET", ad_set)]


def _review(view: View, ad: Ad) -> str:
    """PENDING_REVIEW until the review has ended, then what it found ("" where all is well)."""
    return "PENDING_REVIEW" if ad.review_until > view.now else ad.review


def declined(view: View, ad: Ad) -> bool:
    """Whether a review that has ended turned the ad down."""
    return _review(view, ad) == "DISAPPROVED"


def issue(level: str, code: int, summary: str, message: str, hard: bool = True) -> dict[str, Any]:
    """One row of `issues_info` (reference 3.6)."""
    return {
        "level": level,
        "error_code": code,
        "error_summary": summary,
        "error_message": message,
        "error_type": "HARD_ERROR" if hard else "SOFT_ERROR",
    }


def issues_of(view: View, node: Campaign | AdSet | Ad) -> list[dict[str, Any]] | None:
    """`issues_info` of a node, None without any."""
    if not node.issue:
        return None
    level = {Campaign: "CAMPAIGN", AdSet: "AD_SET", Ad: "AD"}[type(node)]
    known = issues.KNOWN[node.issue]
    return [issue(level, known.code, known.summary, known.message, known.hard)]
