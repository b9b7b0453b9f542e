"""The mirror of one account's structure: parents first, level by level."""

from dataclasses import dataclass
from datetime import datetime

from metaads import switch
from metaads.graph.client import GraphClient, client_for
from metaads.models import Ad, AdAccount, AdSet, Campaign, Creative
from metaads.reader import structure as reader
from metaads.sync import fields
from metaads.sync.mirror import LevelResult, Row, live_ids, mirror_level


@dataclass(frozen=True)
class SyncResult:
    campaigns: LevelResult
    ad_sets: LevelResult
    creatives: LevelResult
    ads: LevelResult

    @property
    def vanished(self) -> int:
        return sum(level.vanished for level in (self.campaigns, self.ad_sets, self.creatives, self.ads))


def sync_structure(account: AdAccount, now: datetime) -> SyncResult:
    """Reads the account and everything in it and brings the mirror up to date. Safe to run twice at once.

    Raises metaads.graph.errors (what was read before stays stored) and switch.SwitchedOff.
    """
    switch.require(switch.COLLECTION)
    client = client_for(account)
    fetch_account(account, client)
    result = SyncResult(
        campaigns=_campaigns(client, account, now),
        ad_sets=_ad_sets(client, account, now),
        creatives=_creatives(client, account, now),
        ads=_ads(client, account, now),
    )
    account.structure_synced_at = now
    account.save(update_fields=["structure_synced_at"])
    return result


def fetch_account(account: AdAccount, client: GraphClient | None = None) -> AdAccount:
    """Fills name, currency, time zone, status and caps from Meta. One call. Raises metaads.graph.errors."""
    values = fields.account_values(reader.read_account(client or client_for(account), account))
    for name, value in values.items():
        setattr(account, name, value)
    # The figures' collection, which comes next, keeps this sentence when it has nothing worse to say.
    if account.zone_problem:
        account.last_error = values["last_error"] = account.zone_problem
    account.save(update_fields=list(values))
    return account


def _campaigns(client: GraphClient, account: AdAccount, now: datetime) -> LevelResult:
    return mirror_level(Campaign, account, reader.read_campaigns(client, account), fields.campaign_values, now)


def _ad_sets(client: GraphClient, account: AdAccount, now: datetime) -> LevelResult:
    campaigns = live_ids(Campaign, account)

    def columns(raw: Row) -> Row | None:
        campaign = campaigns.get(str(raw.get("campaign_id")))
        return None if campaign is None else {**fields.ad_set_values(raw), "campaign_id": campaign}

    return mirror_level(AdSet, account, reader.read_ad_sets(client, account), columns, now)


def _creatives(client: GraphClient, account: AdAccount, now: datetime) -> LevelResult:
    return mirror_level(Creative, account, reader.read_creatives(client, account), fields.creative_values, now)


def _ads(client: GraphClient, account: AdAccount, now: datetime) -> LevelResult:
    campaigns, ad_sets, creatives = (live_ids(model, account) for model in (Campaign, AdSet, Creative))

    def columns(raw: Row) -> Row | None:
        campaign, ad_set = campaigns.get(str(raw.get("campaign_id"))), ad_sets.get(str(raw.get("adset_id")))
        if campaign is None or ad_set is None:
            return None
        creative = creatives.get(str(fields.mapping(raw.get("creative")).get("id")))
        return {**fields.ad_values(raw), "campaign_id": campaign, "ad_set_id": ad_set, "creative_id": creative}

    return mirror_level(Ad, account, reader.read_ads(client, account), columns, now)
