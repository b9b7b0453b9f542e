"""Targets per entity, and the one way to set one. The caller (a door in `optimization`) writes the ledger."""

from decimal import Decimal

import numpy as np

from intelligence.metrics.frame import Numbers, Texts
from intelligence.models import Target
from metaads.models import AdAccount

FIELDS: tuple[str, ...] = ("target_cpa", "target_roas")


class BadTarget(ValueError):
    """The text is for the person who typed it."""


def set_target(
    account: AdAccount,
    campaign_id: str = "",
    target_cpa: Decimal | None = None,
    target_roas: Decimal | None = None,
) -> Target | None:
    """Sets both targets of a campaign (Meta id), or of the account for "". Both None removes it and answers None.

    CPA in the major unit of the account's currency, ROAS as a ratio. Raises BadTarget unless they are above zero.
    """
    for name, value in (("CPA", target_cpa), ("ROAS", target_roas)):
        if value is not None and (not value.is_finite() or value <= 0):
            raise BadTarget(f"A target {name} must be above zero.")
    if target_cpa is None and target_roas is None:
        Target.objects.filter(account=account, campaign_id=campaign_id).delete()
        return None
    target, _ = Target.objects.update_or_create(
        account=account, campaign_id=campaign_id, defaults={"target_cpa": target_cpa, "target_roas": target_roas}
    )
    return target


def target_columns(account: AdAccount, campaign_ids: Texts) -> dict[str, Numbers]:
    """Each target by entity: its campaign's if that names one, else the account's, else NaN."""
    rows = {target.campaign_id: target for target in Target.objects.filter(account=account)}
    return {name: _column(rows, name, campaign_ids) for name in FIELDS}


def _column(rows: dict[str, Target], name: str, campaign_ids: Texts) -> Numbers:
    values = {key: getattr(target, name) for key, target in rows.items()}
    whole = values.pop("", None)
    column = np.full(len(campaign_ids), np.nan if whole is None else float(whole))
    for campaign_id, value in values.items():
        if value is not None:
            column[campaign_ids == campaign_id] = float(value)
    return column
