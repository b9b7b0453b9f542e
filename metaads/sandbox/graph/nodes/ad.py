"""Fields of an ad (reference 3.7)."""

from collections.abc import Callable
from typing import Any

from metaads.sandbox.graph.view import View, effective_status, issue
from metaads.sandbox.world.nodes import Ad

Reader = Callable[[View, Ad], Any]
_TITLE = "Ad was not approved"
_REASON = "The landing page does not work on mobile devices."


def _issues(view: View, a: Ad) -> list[dict[str, Any]] | None:
    return [issue("AD", 1_815_869, _TITLE, _REASON)] if a.review == "DISAPPROVED" else None


def _review(view: View, a: Ad) -> dict[str, Any] | None:
    return {"global": {"Non-functional landing page": _REASON}} if a.review == "DISAPPROVED" else None


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
    "conversion_domain": lambda v, a: v.account.creatives[a.index].link.split("/")[2],
    "tracking_specs": lambda v, a: [{"action.type": ["offsite_conversion"], "fb_pixel": [v.account.pixel]}],
    "issues_info": _issues,
    "ad_review_feedback": _review,
    "created_time": lambda v, a: v.time(a.created),
    "updated_time": lambda v, a: v.time(a.updated),
}
