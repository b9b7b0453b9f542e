"""An account's change history: who changed what at Meta, newest first (reference 4.3)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from metaads.graph.client import GraphClient
from metaads.models import AdAccount

FIELDS = (
    "event_time",
    "event_type",
    "actor_id",
    "actor_name",
    "application_id",
    "application_name",
    "object_id",
    "object_name",
    "object_type",
    "extra_data",
)
LIMIT = 200


@dataclass(frozen=True)
class Activity:
    """One row. `at`: aware UTC. `extra`: what `extra_data` holds; its keys are Meta's and not documented."""

    at: datetime
    event_type: str
    object_id: str
    object_name: str
    object_type: str
    actor_id: str
    actor_name: str
    application_id: str
    application_name: str
    extra: dict[str, Any] = field(default_factory=dict)


def read_activities(
    client: GraphClient, account: AdAccount, since: datetime, until: datetime, business_id: str = ""
) -> Iterator[list[Activity]]:
    """Pages of everything between two moments, whoever did it. A row without time or object is no change: left out.

    `business_id`: some accounts that a business owns want it (reference 4.3). Raises metaads.graph.errors.
    """
    params: dict[str, object] = {
        "fields": ",".join(FIELDS),
        "since": int(since.timestamp()),
        "until": int(until.timestamp()),
        "limit": LIMIT,
        **({"business_id": business_id} if business_id else {}),
    }
    for page in client.pages((account.path_id, "activities"), params):
        yield [row for raw in page if (row := parse(raw)) is not None]


def read_business_id(client: GraphClient, account: AdAccount) -> str:
    """The business that owns the account; "" for none. A call of its own: not every token may ask it.

    Raises metaads.graph.errors.
    """
    business = client.get(account.path_id, {"fields": "business"}).get("business")
    return str(business.get("id") or "") if isinstance(business, Mapping) else ""


def parse(raw: Mapping[str, Any]) -> Activity | None:
    """None when it does not say when or on what."""
    at = _moment(raw.get("event_time"))
    if at is None or not raw.get("object_id"):
        return None
    words = {name: str(raw.get(name) or "").replace("\0", "") for name in FIELDS}
    return Activity(
        at=at,
        event_type=words["event_type"],
        object_id=words["object_id"].removeprefix("act_"),
        object_name=words["object_name"],
        object_type=words["object_type"],
        actor_id=words["actor_id"],
        actor_name=words["actor_name"],
        application_id=words["application_id"],
        application_name=words["application_name"],
        extra=_extra(raw.get("extra_data")),
    )


def _extra(text: object) -> dict[str, Any]:
    """`extra_data` is JSON text; anything else than an object in it is kept under one key."""
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        value = text
    if isinstance(value, Mapping):
        return dict(value)
    return {"extra_data": value} if value else {}


def _moment(value: object) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo else None
