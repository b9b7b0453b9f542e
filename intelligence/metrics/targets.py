"""Targets per entity, and the one way to set one. The caller (a door in `optimization`) writes the ledger."""

from decimal import Decimal

import numpy as np
from django.db.models import Model

from intelligence.metrics.frame import Numbers, Texts
from intelligence.models import Target
from metaads.models import Ad, AdAccount, AdSet, Campaign, Level
from metaads.prepared import Prepared

FIELDS: tuple[str, ...] = ("target_cpa", "target_roas")
_MODELS: dict[str, type[Model]] = {Level.CAMPAIGN: Campaign, Level.AD_SET: AdSet, Level.AD: Ad}


class BadTarget(ValueError):
    """The text is for the person who typed it."""


def why_no_target(account: AdAccount, level: str, entity_id: str) -> str:
    """Why a target can't be of this; "" if it can. Both empty is the account itself."""
    if bool(level) != bool(entity_id):
        return "Give level and Meta id together, or neither for the whole account."
    if not entity_id:
        return ""
    model = _MODELS.get(level)
    if model is None:
        return f"There is no level {level!r}."
    if not model._default_manager.filter(account=account, meta_id=entity_id).exists():
        return f"{account} has no {Level(level).label.lower()} {entity_id}. Give its Meta id."
    return ""


def set_target(
    account: AdAccount,
    entity_id: str = "",
    target_cpa: Decimal | None = None,
    target_roas: Decimal | None = None,
    level: str = "",
) -> Target | None:
    """Sets both targets of an entity (Meta id; a campaign's unless `level` says otherwise), or of the account for "".

    Both None removes it and answers None. CPA in the major unit of the account's currency, ROAS as a ratio. Raises
    BadTarget unless they are above zero, and for an entity that the account does not have.
    """
    chosen = (level or Level.CAMPAIGN.value) if entity_id else level
    for name, value in (("CPA", target_cpa), ("ROAS", target_roas)):
        if value is not None and (not value.is_finite() or value <= 0):
            raise BadTarget(f"A target {name} must be above zero.")
    if target_cpa is None and target_roas is None:
        Target.objects.filter(account=account, level=chosen, entity_id=entity_id).delete()
        return None
    if why := why_no_target(account, chosen, entity_id):
        raise BadTarget(why)
    target, _ = Target.objects.update_or_create(
        account=account,
        level=chosen,
        entity_id=entity_id,
        defaults={"target_cpa": target_cpa, "target_roas": target_roas},
    )
    return target


_TARGETS = Prepared(lambda account: Target.objects.filter(account_id=account))


def target_columns(
    account: AdAccount, campaign_ids: Texts, level: str = Level.CAMPAIGN, ids: Texts | None = None
) -> dict[str, Numbers]:
    """Each target by entity: its own, else its campaign's, else the account's, else NaN. CPA and ROAS by themselves.

    `ids` of entities of `level`; without them those of the campaigns.
    """
    rows = _TARGETS(account.pk)
    own = campaign_ids if ids is None else ids
    return {name: _column(rows, name, level, own, campaign_ids) for name in FIELDS}


def _column(rows: list[Target], name: str, level: str, ids: Texts, campaign_ids: Texts) -> Numbers:
    held = [(row.level, row.entity_id, float(value)) for row in rows if (value := getattr(row, name)) is not None]
    column = np.full(len(ids), next((value for at, _, value in held if not at), np.nan))
    for wanted, among in ((Level.CAMPAIGN.value, campaign_ids), (level, ids)):
        for at, entity_id, value in held:
            if at == wanted:
                column[among == entity_id] = value
    return column
