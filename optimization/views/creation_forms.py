"""Creations by hand as named fields: one ad set and up to three ads, picked from what the account has.

The parameters are those of the kind's own document; whoever wants more of it writes the document (`DOCUMENT`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from metaads.models import AdAccount, Campaign, Creative, Pixel
from optimization.operators.values.inputs import Input
from optimization.rules.form.of_model import inputs_of

DOCUMENT = "document"
"""Of a form: the kind's parameters as they are, lists as JSON."""
KINDS_WITH_FORM = ("create_campaign", "create_ad_set")
ADS, MOST = 3, 200
CHOOSE = "choose…"
"""Nothing is chosen for a person: the first of a list would spend money on whatever stands there."""
_NUMBERS = re.compile(r"\[\d+\]")
GOALS = {
    "OFFSITE_CONVERSIONS": "Conversions on the site",
    "VALUE": "Value of conversions",
    "LANDING_PAGE_VIEWS": "Views of the landing page",
    "LINK_CLICKS": "Clicks on the link",
    "LEAD_GENERATION": "Leads in a form",
    "APP_INSTALLS": "Installs of the app",
    "THRUPLAY": "Films watched (ThruPlay)",
    "POST_ENGAGEMENT": "Engagement with the post",
    "REACH": "Reach",
    "IMPRESSIONS": "Impressions",
}
EVENTS = ("PURCHASE", "LEAD", "ADD_TO_CART", "INITIATED_CHECKOUT", "COMPLETE_REGISTRATION", "CONTENT_VIEW", "SUBSCRIBE")
OWN_BUDGET = "Of the ad set (ABO), where the campaign has none."


def inputs_for(kind: str, account: AdAccount, form: str) -> tuple[Input, ...]:
    """What the page asks for."""
    own = {one.key: one for one in inputs_of(kind)}
    if kind not in KINDS_WITH_FORM or form == DOCUMENT:
        return tuple(own.values())
    if kind == "create_campaign":
        objective = replace(own["objective"], optional=True, unset=CHOOSE)
        head = [own["name"], objective, own["daily_budget"]]
        tail = [own[name] for name in ("special_ad_categories", "special_ad_category_country", "leave_paused")]
        return (*head, *_ad_set("ad_sets[0].", "Ad set: ", account), *_ads("ad_sets[0].", account), *tail)
    rows = Campaign.objects.filter(account=account, deleted_at=None, status__in=("ACTIVE", "PAUSED")).order_by("-pk")
    into = Input("campaign_id", "In campaign", "choice", choices=_named(rows[:MOST]), optional=True, unset=CHOOSE)
    return (into, *_ad_set("", "", account), *_ads("", account))


def _ad_set(at: str, of: str, account: AdAccount) -> list[Input]:
    pixels = _named(Pixel.objects.filter(account=account)[:MOST])
    events = tuple((one, one.replace("_", " ").capitalize()) for one in EVENTS)
    return [
        Input(f"{at}name", f"{of}name", "text"),
        Input(f"{at}daily_budget", f"{of}daily budget", "amount", unit="money", help=OWN_BUDGET, optional=True),
        Input(
            f"{at}optimization_goal", f"{of}optimised for", "choice", choices=tuple(GOALS.items()), optional=True,
            unset=CHOOSE,
        ),
        Input(
            f"{at}promoted_object.pixel_id", "Pixel", "choice", choices=pixels, optional=True, unset="none",
            help="For conversions on the site.",
        ),
        Input(f"{at}promoted_object.custom_event_type", "Its event", "choice", choices=events, optional=True,
              unset="none"),
        Input(f"{at}targeting.geo_locations.countries", "Countries", "texts", help="Two letters, one a line, as DE."),
        Input(f"{at}targeting.age_min", "Age from", "whole", fallback="18"),
        Input(f"{at}targeting.age_max", "to", "whole", fallback="65", help="65 means 65 and older."),
        Input(f"{at}targeting.genders[0]", "Gender", "whole", choices=(("1", "Men"), ("2", "Women")), optional=True,
              unset="all"),
    ]  # fmt: skip


def _ads(at: str, account: AdAccount) -> list[Input]:
    rows = _named(Creative.objects.filter(account=account, deleted_at=None).order_by("-pk")[:MOST])
    return [
        Input(f"{at}ads[{n}].creative_id", f"Ad {n + 1}: creative", "choice", choices=rows, optional=True,
              unset="no such ad" if n else CHOOSE)
        for n in range(ADS)
    ]  # fmt: skip


def _named(rows: Iterable[Campaign | Creative | Pixel]) -> tuple[tuple[str, str], ...]:
    return tuple((one.meta_id, (one.name or one.meta_id)[:90]) for one in rows)


def completed(kind: str, parameters: Mapping[str, Any], inputs: Iterable[Input], form: str) -> dict[str, Any]:
    """Ads that were not chosen left out, the others named after their creatives."""
    made = dict(parameters)
    if kind not in KINDS_WITH_FORM or form == DOCUMENT:
        return made
    names = {key: label for one in inputs if one.key.endswith("creative_id") for key, label in one.choices}
    if kind == "create_ad_set":
        return made | {"ads": _chosen(made, names)}
    return made | {"ad_sets": [{**one, "ads": _chosen(one, names)} for one in made.get("ad_sets", ())]}


def _chosen(ad_set: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    chosen = [str(one["creative_id"]) for one in ad_set.get("ads", ()) if one]
    return [{"name": names.get(one, one), "creative_id": one} for one in chosen]


def key_of(name: str, text: str, inputs: Iterable[Input]) -> tuple[str, str]:
    """The control that a problem of the document belongs to ("" = none), and what is said there: the model names a
    part ("ad_sets"), its text the field inside ("daily_budget: ...", 'Ad set 1 needs "name".')."""
    keys = [one.key for one in inputs]
    if name in keys:
        return name, text
    inner, colon, said = text.partition(": ")
    if not colon and text.endswith('".'):
        inner, said = text.rpartition(' "')[2].removesuffix('".'), "Fill it in."
    inside = [key for key in keys if key.startswith(f"{name}[")] or keys
    inner = inner if colon or said else name
    found = next((key for key in inside if inner and inner in _NUMBERS.sub("", key).split(".")), "")
    return (found, said or text) if found else (name, text)
