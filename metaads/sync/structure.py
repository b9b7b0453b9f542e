"""The mirror of one account's structure: parents first, level by level."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from metaads import switch
from metaads.graph.client import GraphClient, client_for
from metaads.models import Ad, AdAccount, AdSet, Campaign, Creative, Level
from metaads.reader import structure as reader
from metaads.sync import differences, fields
from metaads.sync.mirror import LevelResult, Row, Watch, live_ids, mirror_level


@dataclass(frozen=True)
class SyncResult:
    campaigns: LevelResult
    ad_sets: LevelResult
    creatives: LevelResult
    ads: LevelResult
    outside: int = 0

    @property
    def vanished(self) -> int:
        return sum(level.vanished for level in (self.campaigns, self.ad_sets, self.creatives, self.ads))


class _Watcher:
    """Keeps what changed since the last sync; an account's first sync changes nothing, it only shows what is."""

    def __init__(self, account: AdAccount, now: datetime) -> None:
        self.account, self.now = account, now
        self.known = account.structure_synced_at is not None
        self.kept = 0

    def of(self, model: type[Campaign | AdSet | Ad], level: Level) -> Watch:
        def page(before: Mapping[str, Row], rows: Mapping[str, Row]) -> None:
            found = differences.between(level, before, rows, self.known)
            self.kept += differences.keep(self.account, level, found, self.now)

        def gone(keys: list[int]) -> None:
            self.kept += differences.keep(self.account, level, differences.gone(model, keys), self.now)

        return Watch(page, gone)


def sync_structure(account: AdAccount, now: datetime) -> SyncResult:
    """Reads the account and everything in it and brings the mirror up to date. Safe to run twice at once.

    What others changed since the last sync becomes rows of OutsideChange (`outside`: their number).
    Raises metaads.graph.errors (what was read before stays stored) and switch.SwitchedOff.
    """
    switch.require(switch.COLLECTION)
    client = client_for(account)
    fetch_account(account, client)
    watcher = _Watcher(account, now)
    result = SyncResult(
        campaigns=_campaigns(client, account, now, watcher),
        ad_sets=_ad_sets(client, account, now, watcher),
        creatives=_creatives(client, account, now),
        ads=_ads(client, account, now, watcher),
        outside=watcher.kept,
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


def _campaigns(client: GraphClient, account: AdAccount, now: datetime, watcher: _Watcher) -> LevelResult:
    pages, watch = reader.read_campaigns(client, account), watcher.of(Campaign, Level.CAMPAIGN)
    return mirror_level(Campaign, account, pages, fields.campaign_values, now, watch)


def _ad_sets(client: GraphClient, account: AdAccount, now: datetime, watcher: _Watcher) -> LevelResult:
    campaigns = live_ids(Campaign, account)

    def columns(raw: Row) -> Row | None:
        campaign = campaigns.get(str(raw.get("campaign_id")))
        return None if campaign is None else {**fields.ad_set_values(raw), "campaign_id": campaign}

    pages = reader.read_ad_sets(client, account)
    return mirror_level(AdSet, account, pages, columns, now, watcher.of(AdSet, Level.AD_SET))


def _creatives(client: GraphClient, account: AdAccount, now: datetime) -> LevelResult:
    return mirror_level(Creative, account, reader.read_creatives(client, account), fields.creative_values, now)


def _ads(client: GraphClient, account: AdAccount, now: datetime, watcher: _Watcher) -> LevelResult:
    campaigns, ad_sets, creatives = (live_ids(model, account) for model in (Campaign, AdSet, Creative))

    def columns(raw: Row) -> Row | None:
        campaign, ad_set = campaigns.get(str(raw.get("campaign_id"))), ad_sets.get(str(raw.get("adset_id")))
        if campaign is None or ad_set is None:
            return None
        creative = creatives.get(str(fields.mapping(raw.get("creative")).get("id")))
        return {**fields.ad_values(raw), "campaign_id": campaign, "ad_set_id": ad_set, "creative_id": creative}

    return mirror_level(Ad, account, reader.read_ads(client, account), columns, now, watcher.of(Ad, Level.AD))
