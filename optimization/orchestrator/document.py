"""A goal's template and approved creatives, as documents of ad sets and campaigns. Pure but for the goal's rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify

from optimization.models import Goal, GoalCreative, OrchestratorSettings
from optimization.orchestrator.made import made_creative
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.templates import GoalTemplate
from optimization.orchestrator.templates.base import Audience

ASSETS = ("pixel_id", "page_id", "instagram_id", "application_id", "object_store_url")
MOST_NAME = 370


@dataclass(frozen=True)
class Group:
    """One ad set to be: an audience and some creatives. `key` as `GoalObject.group`."""

    key: str
    audience: Audience
    creatives: tuple[GoalCreative, ...]


def template_of(goal: Goal) -> GoalTemplate:
    """Raises GoalRefused for a template that is not sound."""
    try:
        return GoalTemplate.model_validate(goal.template)
    except ValueError as odd:
        raise GoalRefused(f"template: {odd}") from None


def groups_of(goal: Goal, template: GoalTemplate) -> list[Group]:
    """Every audience with every group of approved creatives that are at Meta, in the order of their making."""
    usable = [one for one in _approved(goal) if one.creative_id]
    size = template.creatives_per_group
    chunks = [tuple(usable[at : at + size]) for at in range(0, len(usable), size)]
    return [
        Group(f"{slugify(audience.name)}/{'+'.join(str(one.pk) for one in chunk)}"[:120], audience, chunk)
        for chunk in chunks
        for audience in template.audiences
    ]


def _approved(goal: Goal) -> Iterator[GoalCreative]:
    """With the id of one that was made at Meta since the last run, so that a preview knows what a run will note."""
    for one in goal.creatives.filter(state=GoalCreative.State.APPROVED).select_related("action").order_by("pk"):
        one.creative_id = one.creative_id or made_creative(one.action)
        yield one


def missing_assets(template: GoalTemplate, row: OrchestratorSettings) -> list[str]:
    """Names of what the account's settings lack for this template."""
    named = {value.strip("{}") for value in _texts(template.promoted_object or {}) if value.startswith("{")}
    lacking = [name for name in ASSETS if name in named and not getattr(row, name)]
    located = all(one.targeting.get("geo_locations") for one in template.audiences)
    needless = located and not _is_special(template)
    return lacking if needless or row.countries else [*lacking, "countries"]


def _texts(values: Mapping[str, Any]) -> list[str]:
    return [value for value in values.values() if isinstance(value, str)]


def ad_set(goal: Goal, template: GoalTemplate, row: OrchestratorSettings, group: Group, budget: str) -> dict[str, Any]:
    """As `kinds.campaign_template.AdSetTemplate`. `budget`: a day, major unit, exact text."""
    shown = ", ".join(one.name for one in group.creatives)
    targeting = {**group.audience.targeting, **template.placements}
    if not targeting.get("geo_locations"):
        targeting["geo_locations"] = {"countries": list(row.countries)}
    found: dict[str, Any] = {
        "name": _named(template.names.ad_set, goal=goal.name, audience=group.audience.name, creative=shown),
        "daily_budget": budget,
        "bid_strategy": template.bid_strategy,
        "bid_amount": None if template.bid_amount is None else str(template.bid_amount),
        "optimization_goal": template.optimization_goal,
        "billing_event": template.billing_event,
        "targeting": targeting,
        "promoted_object": _filled(template.promoted_object, row),
        "destination_type": template.destination_type,
        "dsa_payor": row.dsa_payor or None,
        "dsa_beneficiary": row.dsa_beneficiary or None,
        "ads": [
            {"name": _named(template.names.ad, goal=goal.name, creative=one.name), "creative_id": one.creative_id}
            for one in group.creatives
        ],
    }
    return {name: value for name, value in found.items() if value is not None}


def campaign(
    goal: Goal, template: GoalTemplate, row: OrchestratorSettings, groups: Sequence[tuple[Group, str]]
) -> dict[str, Any]:
    """The learning campaign (ABO), as `kinds.campaign_template.CampaignTemplate`: groups with their budgets."""
    return {
        "name": campaign_name(goal, template, "Learning"),
        "objective": template.objective,
        **special(template, row),
        "ad_sets": [ad_set(goal, template, row, group, budget) for group, budget in groups],
    }


def special(template: GoalTemplate, row: OrchestratorSettings) -> dict[str, Any]:
    """Its special ad categories; with one Meta asks for their countries too."""
    categories = list(template.special_ad_categories)
    where = {"special_ad_category_country": list(row.countries)} if _is_special(template) else {}
    return {"special_ad_categories": categories, **where}


def _is_special(template: GoalTemplate) -> bool:
    return any(one != "NONE" for one in template.special_ad_categories)


def campaign_name(goal: Goal, template: GoalTemplate, role: str) -> str:
    return _named(template.names.campaign, goal=goal.name, role=role)


def _named(pattern: str, **words: str) -> str:
    for word, value in words.items():
        pattern = pattern.replace(f"{{{word}}}", value)
    return pattern[:MOST_NAME].strip()


def _filled(promoted: Mapping[str, Any] | None, row: OrchestratorSettings) -> dict[str, Any] | None:
    """With the account's assets in their places."""
    if promoted is None:
        return None
    held = {f"{{{name}}}": getattr(row, name) for name in ASSETS}
    return {name: held.get(value, value) if isinstance(value, str) else value for name, value in promoted.items()}
