"""Fields of an ad (reference 3.7)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from metaads.sandbox.graph.view import View, declined, effective_status, issue, issues_of
from metaads.sandbox.world.nodes import Ad

Reader = Callable[[View, Ad], Any]
_TITLE = "Ad was not approved"
_REASON = "The landing page does not work on mobile devices."


def _issues(view: View, a: Ad) -> list[dict[str, Any]] | None:
    review = [issue("AD", 1_815_869, _TITLE, _REASON)] if declined(view, a) else []
    return review + (issues_of(view, a) or []) or None


def _review(view: View, a: Ad) -> dict[str, Any] | None:
    return {"global": {"Non-functional landing page": _REASON}} if declined(view, a) else None


def _domain(link: str) -> str | None:
    return urlsplit(link).hostname


def _tracking(view: View, a: Ad) -> list[dict[str, Any]]:
    pixel = {"action.type": ["offsite_conversion"], "fb_pixel": [view.account.pixel]}
    return [pixel] if a.tracking_specs is None else a.tracking_specs


FIELDS: dict[str, Reader] = {
    "id": lambda v, a: a.id,
    "account_id": lambda v, a: v.account.id,
    "campaign_id": lambda v, a: v.campaign_of(v.set_of(a)).id,
    "adset_id": lambda v, a: v.set_of(a).id,
    "name": lambda v, a: a.name,
    "status": lambda v, a: a.status,
    "configured_status": lambda v, a: a.status,
    "effective_status": effective_status,
    "creative": lambda v, a: {"id": a.creative},
    "conversion_domain": lambda v, a: a.conversion_domain or _domain(v.account.creative_of(a).link),
    "tracking_specs": _tracking,
    "source_ad_id": lambda v, a: "0" if a.source is None else v.account.ads[a.source].id,
    "issues_info": _issues,
    "ad_review_feedback": _review,
    "created_time": lambda v, a: v.time(a.created),
    "updated_time": lambda v, a: v.time(a.updated),
}
