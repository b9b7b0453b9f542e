"""Delivery status: whether an entity can deliver as the mirror knows it, and which level is in the way.

Meta has no such field in its API (the column of Ads Manager is made of others), so it is made here of effective
statuses (reference 3), learning stages and the account's status: `delivering`, `limited` (Meta says the learning
failed) or `not_delivering`, the latter two with the level of the cause. "" = unknown to the mirror.
"""

from collections import defaultdict
from dataclasses import dataclass

from metaads.models import Ad, AdAccount, AdSet, Campaign, Level
from metaads.prepared import Prepared

DELIVERING, LIMITED, NOT_DELIVERING = "delivering", "limited", "not_delivering"
ACTIVE = "ACTIVE"
LEARNING_FAILED = "FAIL"
ACCOUNT = "account"
ACCOUNT_ACTIVE = 1
_ABOVE = {"CAMPAIGN_PAUSED": Level.CAMPAIGN.value, "ADSET_PAUSED": Level.AD_SET.value}


@dataclass(frozen=True)
class Standing:
    """`cause`: account, campaign, adset or ad; "" where it delivers or nothing is known."""

    delivery: str = ""
    cause: str = ""


def standings(account: AdAccount, level: str) -> dict[str, Standing]:
    """By Meta id, of the entities that are not deleted. One query a level, from the ads up."""
    if account.account_status not in (None, ACCOUNT_ACTIVE):
        model = {Level.CAMPAIGN: Campaign, Level.AD_SET: AdSet, Level.AD: Ad}[Level(level)]
        ids = model._default_manager.filter(account=account, deleted_at=None).values_list("meta_id", flat=True)
        return dict.fromkeys(ids, Standing(NOT_DELIVERING, ACCOUNT))
    return {Level.CAMPAIGN: _campaigns, Level.AD_SET: _ad_sets, Level.AD: _ads}[Level(level)](account)


def _ads(account: AdAccount) -> dict[str, Standing]:
    return {
        meta_id: _limited(learning) if status == ACTIVE else _stopped(status, Level.AD)
        for meta_id, status, learning in _ADS(account.pk)
    }


_ADS = Prepared(
    lambda account: Ad.objects.filter(account_id=account, deleted_at=None).values_list(
        "meta_id", "effective_status", "ad_set__learning_status"
    )
)
_LIVE = Prepared(
    lambda account: Ad.objects.filter(account_id=account, effective_status=ACTIVE).values_list("ad_set_id", flat=True)
)
_AD_SETS = Prepared(
    lambda account: AdSet.objects.filter(account_id=account, deleted_at=None).values_list(
        "pk", "meta_id", "effective_status", "learning_status"
    )
)
_HOLDERS = Prepared(lambda account: AdSet.objects.filter(account_id=account).values_list("campaign_id", "meta_id"))
_CAMPAIGNS = Prepared(
    lambda account: Campaign.objects.filter(account_id=account, deleted_at=None).values_list(
        "pk", "meta_id", "effective_status"
    )
)


def _ad_sets(account: AdAccount) -> dict[str, Standing]:
    live = set(_LIVE(account.pk))
    return {
        meta_id: _limited(learning) if status == ACTIVE and pk in live else _stopped(status, Level.AD_SET, Level.AD)
        for pk, meta_id, status, learning in _AD_SETS(account.pk)
    }


def _campaigns(account: AdAccount) -> dict[str, Standing]:
    """Limited only if all its delivering ad sets are."""
    below: dict[int, list[Standing]] = defaultdict(list)
    standing = _ad_sets(account)
    for campaign_id, meta_id in _HOLDERS(account.pk):
        if meta_id in standing:
            below[campaign_id].append(standing[meta_id])
    return {meta_id: _campaign(status, below[pk]) for pk, meta_id, status in _CAMPAIGNS(account.pk)}


def _campaign(status: str, below: list[Standing]) -> Standing:
    if status != ACTIVE:
        return _stopped(status, Level.CAMPAIGN)
    live = [one for one in below if one.delivery != NOT_DELIVERING]
    if not live:
        causes = {one.cause for one in below}
        return Standing(NOT_DELIVERING, Level.AD if causes == {Level.AD.value} else Level.AD_SET)
    return live[0] if all(one.delivery == LIMITED for one in live) else Standing(DELIVERING)


def _limited(learning: str) -> Standing:
    return Standing(LIMITED, Level.AD_SET.value) if learning == LEARNING_FAILED else Standing(DELIVERING)


def _stopped(status: str, own: Level, below: Level | None = None) -> Standing:
    """`below`: the level to blame when the entity itself is active."""
    if not status:
        return Standing()
    if status == ACTIVE and below is not None:
        return Standing(NOT_DELIVERING, below.value)
    return Standing(NOT_DELIVERING, _ABOVE.get(status, own.value))
