"""The mirror of the account's pixels."""

from datetime import datetime
from typing import Any

from metaads import switch
from metaads.graph.budget import Priority
from metaads.graph.client import client_for
from metaads.models import AdAccount, Pixel
from metaads.reader.pixels import read_pixels
from metaads.sync import fields
from metaads.sync.mirror import LevelResult, mirror_level


def sync_pixels(account: AdAccount, now: datetime) -> LevelResult:
    """Brings the list up to date; one call for most accounts. Raises metaads.graph.errors and switch.SwitchedOff."""
    switch.require(switch.COLLECTION)
    return mirror_level(
        Pixel, account, read_pixels(client_for(account, priority=Priority.RESTATE), account), pixel_values, now
    )


def pixel_values(raw: fields.Raw) -> dict[str, Any]:
    """Columns of Pixel."""
    business, owner = fields.mapping(raw.get("owner_business")), fields.mapping(raw.get("owner_ad_account"))
    unavailable = raw.get("is_unavailable")
    return {
        "name": fields.text(raw.get("name"), 400),
        "created_time": fields.moment(raw.get("creation_time")),
        "last_fired_at": fields.moment(raw.get("last_fired_time")),
        "unavailable": unavailable if isinstance(unavailable, bool) else None,
        "owner_business_id": fields.text(business.get("id"), 32),
        "owner_business_name": fields.text(business.get("name"), 200),
        "owner_account_id": fields.text(owner.get("account_id") or owner.get("id"), 36).removeprefix("act_")[:32],
    }
