"""Accounts and objects that exist in a file alone: read-only, under a connection that never calls."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from metaads.models import Ad, AdAccount, AdSet, Campaign, Connection, Level
from metaads.models.account import known_zone
from metaads.sync.connect import AccountFacts, check_facts

CONNECTION = "Imported files"
NOWHERE = "https://imported.invalid"
_FIRST_ID = 9_000_000_000_000_000
"""Ids of imported accounts begin here, beyond those that Meta gives."""


@dataclass(frozen=True)
class Named:
    """An object of a file: `key` tells it from others of its level; `parent` is the key of the level above."""

    key: str
    name: str
    parent: str = ""


@transaction.atomic
def imported_account(name: str, currency: str, timezone_name: str, now: datetime) -> AdAccount:
    """A new read-only account. Raises ValueError for a currency or zone that does not exist, or an empty name."""
    if not name.strip():
        raise ValueError("name: give the account a name, so that you find it again.")
    check_facts(AccountFacts(currency=currency, timezone_name=timezone_name))
    if not known_zone(timezone_name):
        raise ValueError(f"timezone: {timezone_name!r} is no time zone. Write Europe/Berlin, America/New_York or UTC.")
    connection, _ = Connection.objects.get_or_create(
        name=CONNECTION,
        graph_url=NOWHERE,
        defaults={"state": Connection.State.OK, "state_reason": "Files alone: nothing is read from Meta."},
    )
    # Held until the end, so that two imports at the same moment do not take the same number.
    Connection.objects.select_for_update().get(pk=connection.pk)
    taken = AdAccount.objects.filter(connection=connection).order_by("-meta_id").values_list("meta_id", flat=True)
    number = int(taken[0]) + 1 if taken else _FIRST_ID
    return AdAccount.objects.create(
        connection=connection,
        meta_id=str(number),
        name=name.strip()[:200],
        currency=currency.upper(),
        timezone_name=timezone_name,
        read_only=True,
        connected_at=now,
    )


def key_of(level: str, meta_id: str, path: Sequence[str]) -> str:
    """The object's id: its own, or one made from the names that lead to it (17 digits, the same each time)."""
    if meta_id:
        return meta_id
    digest = hashlib.blake2b("\0".join([level, *path]).encode(), digest_size=7).digest()
    return str(10**16 + int.from_bytes(digest, "big") % (9 * 10**16))


@transaction.atomic
def keep_objects(account: AdAccount, level: str, objects: Iterable[Named], now: datetime) -> None:
    """Mirrors what a file names; parents must be there. Names are taken over, all else of a known object stays."""
    named = list(objects)
    above = _PARENTS.get(level)
    parents: dict[str, Any] = {}
    if above is not None:
        wanted = {one.parent for one in named}
        parents = {row.meta_id: row for row in above.objects.filter(account=account) if row.meta_id in wanted}
    rows = [_row(account, level, one, parents.get(one.parent), now) for one in named]
    model: Any = _MODELS[level]
    model.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["account", "meta_id"],
        update_fields=["name", "synced_at"],
    )


_MODELS: dict[str, Any] = {Level.CAMPAIGN: Campaign, Level.AD_SET: AdSet, Level.AD: Ad}
_PARENTS: dict[str, Any] = {Level.AD_SET: Campaign, Level.AD: AdSet}


def _row(account: AdAccount, level: str, one: Named, parent: Any, now: datetime) -> Any:
    shared = {"account": account, "meta_id": one.key, "name": one.name[:400], "synced_at": now}
    if level == Level.CAMPAIGN:
        return Campaign(**shared)
    if level == Level.AD_SET:
        return AdSet(campaign=parent, **shared)
    return Ad(ad_set=parent, campaign_id=parent.campaign_id, **shared)
