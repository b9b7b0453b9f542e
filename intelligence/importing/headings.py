"""What the headings of exports mean. One list: to know another heading, add a line."""

import re
from dataclasses import dataclass
from enum import Enum

from metaads.models import Level


class Kind(Enum):
    """What a column's cells hold."""

    NAME = "name"
    ID = "id"
    DAY = "day"
    CURRENCY = "currency"
    COUNT = "count"
    MONEY = "money"
    RATIO = "ratio"
    SLICE = "breakdown"
    OTHER = "not read"


@dataclass(frozen=True)
class Meaning:
    """`target`: our name (a metric, the level of an identity, starts or ends). `currency`: as the heading names it."""

    kind: Kind
    target: str
    currency: str = ""


IMPRESSIONS, REACH, CLICKS, LINK_CLICKS = "impressions", "reach", "clicks", "inline_link_clicks"
SPEND, STARTS, ENDS = "spend", "starts", "ends"
PURCHASES, VALUE = "actions.omni_purchase", "action_values.omni_purchase"
COUNTED = (
    "actions.lead",
    "actions.omni_initiated_checkout",
    "actions.onsite_conversion.messaging_conversation_started_7d",
    "actions.omni_add_to_cart",
)
"""What counts as the conversion in a file without purchases: the first that it has."""
_COUNTS = {
    IMPRESSIONS: ("impressions", "displays"),
    REACH: ("reach", "accounts center accounts reached", "people reached"),
    CLICKS: ("clicks", "clicks all"),
    LINK_CLICKS: ("link clicks", "website clicks", "inline link clicks"),
    "thruplays": ("thruplays", "video thruplays"),
    PURCHASES: ("purchases", "purchase", "website purchases", "approved conversion", "conversions"),
    "actions.lead": ("leads", "lead", "website leads", "total conversion"),
    "actions.omni_initiated_checkout": ("checkouts initiated", "website checkouts initiated", "initiate checkout"),
    "actions.omni_add_to_cart": ("adds to cart", "add to cart", "website adds to cart"),
    "actions.omni_view_content": ("content views", "view content", "website content views"),
    "actions.omni_search": ("searches", "search", "website searches"),
    "actions.landing_page_view": ("landing page views", "website landing page views"),
    "actions.onsite_conversion.messaging_conversation_started_7d": ("messaging conversations started",),
    "actions.post_engagement": ("post engagements", "post engagement"),
    "actions.page_engagement": ("page engagement",),
    "actions.video_view": ("3 second video plays", "video plays"),
}
_MONEY = {
    SPEND: ("amount spent", "spent", "spend", "cost"),
    VALUE: (
        "purchases conversion value", "purchase conversion value", "website purchases conversion value",
        "conversion value", "conversions value", "revenue",
    ),
}  # fmt: skip
_RATIOS = {
    "ctr": ("ctr all",),
    "link_ctr": ("ctr link click through rate",),
    "cpm": ("cpm cost per 1 000 impressions", "cpm", "cpm cost per 1000 impressions"),
    "cpc": ("cpc all",),
    "link_cpc": ("cpc cost per link click",),
    # Of all clicks or of link clicks? The heading does not say, so nothing is checked against them.
    "a_ctr": ("ctr",),
    "a_cpc": ("cpc",),
    "frequency": ("frequency",),
}
_DAYS = {
    "day": ("day", "date"),
    STARTS: ("reporting starts", "starts", "start date"),
    ENDS: ("reporting ends", "ends", "end date"),
}
_NAMES = {
    Level.CAMPAIGN: ("campaign name", "campaign"),
    Level.AD_SET: ("ad set name", "adset name", "ad set"),
    Level.AD: ("ad name", "ad"),
}
_IDS = {
    Level.CAMPAIGN: ("campaign id", "xyz campaign id"),
    # Exports of the years when an ad set was called a campaign.
    Level.AD_SET: ("ad set id", "adset id", "fb campaign id"),
    Level.AD: ("ad id",),
}
_SLICES = (
    "age", "gender", "country", "region", "dma region", "platform", "placement", "impression device",
    "device platform", "conversion device", "time of day ad account time zone", "time of day viewer s time zone",
    "product id", "media type", "publisher platform",
)  # fmt: skip


def _table() -> dict[str, Meaning]:
    answer: dict[str, Meaning] = {}
    groups = (
        (Kind.COUNT, _COUNTS), (Kind.MONEY, _MONEY), (Kind.RATIO, _RATIOS), (Kind.DAY, _DAYS),
        (Kind.NAME, _NAMES), (Kind.ID, _IDS), (Kind.CURRENCY, {"currency": ("currency",)}),
        (Kind.SLICE, {name: (name,) for name in _SLICES}),
    )  # fmt: skip
    for kind, group in groups:
        for target, names in group.items():
            answer.update({name: Meaning(kind, str(target)) for name in names})
    return answer


_KNOWN = _table()
_CURRENCY = re.compile(r"[(\[]([A-Z]{3})[)\]]")
_NOT_A_CURRENCY = {"ALL"}
TARGETS: tuple[str, ...] = tuple(sorted({meaning.target for meaning in _KNOWN.values()}))
"""What `--map` may name."""


def meaning(heading: str) -> Meaning:
    """What a heading stands for; `Kind.OTHER` with an empty target for one that is not known."""
    found = _CURRENCY.search(heading)
    currency = found[1] if found and found[1] not in _NOT_A_CURRENCY else ""
    bare = _CURRENCY.sub(" ", heading) if currency else heading
    known = _KNOWN.get(" ".join(re.sub(r"[^a-z0-9]+", " ", bare.lower()).split()))
    if known is None:
        return Meaning(Kind.OTHER, "")
    return Meaning(known.kind, known.target, currency) if currency else known


def named(target: str) -> Meaning | None:
    """The meaning that a person gives a column by our name; None if there is no such name."""
    return next((known for known in _KNOWN.values() if known.target == target), None)
