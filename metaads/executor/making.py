"""Copying and creating: what comes of it carries a marker at the end of its name, by which a repeat finds it.

A creation sent twice is two objects, so before each sending the whole account is searched for the marker, deleted and
archived objects too. What is made is made paused.
"""

from typing import Any

from metaads.executor.change import Change, Op
from metaads.executor.seen import Finding, Live
from metaads.graph.client import GraphClient, WritingClient
from metaads.graph.errors import Permanent, TokenInvalid
from metaads.models import Ad, AdSet, Campaign, Level
from metaads.reader.entity import read_fields
from metaads.reader.marked import find_marked
from metaads.writer.copies import copy
from metaads.writer.creates import create, validate_create

CREATIVE = "creative"
EDGES: dict[str, str] = {
    Level.CAMPAIGN: "campaigns",
    Level.AD_SET: "adsets",
    Level.AD: "ads",
    CREATIVE: "adcreatives",
}
# The parameter that names the parent of what is created.
PARENTS: dict[str, str] = {Level.AD_SET: "campaign_id", Level.AD: "adset_id"}
LONGEST_NAME = 400
_MIRRORS: dict[str, Any] = {Level.CAMPAIGN: Campaign, Level.AD_SET: AdSet, Level.AD: Ad}


def read(client: GraphClient, change: Change, made_id: str) -> Live:
    """By the id that Meta answered, else by the marker. Raises metaads.graph.errors."""
    found = _by_id(client, change, made_id) if made_id else None
    if found is None:
        rows = find_marked(client, change.account.path_id, EDGES[change.level], change.marker.strip())
        found = rows[0] if rows else None
    if found is None:
        return Live(None, "", {})
    return Live(str(found["id"]), str(found.get("status", "")), found, str(found.get("name", "")))


def _by_id(client: GraphClient, change: Change, made_id: str) -> dict[str, Any] | None:
    """None: Meta does not know it (it answered without having made it), or what has this id is not ours.

    An identical creative that was there before is answered instead of a new one, under its own name (reference 3.7).
    """
    try:
        found = {"id": made_id, **read_fields(client, made_id, ("name", "status"))}
    except TokenInvalid:
        raise
    except Permanent:
        return None
    ours = change.level == CREATIVE or change.marker.strip() in str(found.get("name", ""))
    return found if ours else None


def compare(change: Change, live: Live) -> Finding:
    return Finding.THERE if live.value else Finding.UNCHANGED


def copy_request(change: Change) -> dict[str, Any]:
    renamed = {"rename_strategy": "ONLY_TOP_LEVEL_RENAME", "rename_suffix": _suffix(change)}
    return {**change.params, "status_option": "PAUSED", "rename_options": renamed}


def _suffix(change: Change) -> str:
    """A copy keeps its source's name; what the wanted name adds to it goes before the marker."""
    rows = _MIRRORS[change.level]._default_manager.filter(account=change.account, meta_id=change.entity_id)
    source = rows.values_list("name", flat=True).first()
    added = change.name.removeprefix(source) if source and change.name.startswith(source) else ""
    return f"{added}{change.marker}"


def create_request(change: Change) -> dict[str, Any]:
    parent = PARENTS.get(change.level)
    place = {parent: change.entity_id} if parent and change.entity_id else {}
    status = {} if change.level == CREATIVE else {"status": "PAUSED"}
    name = f"{change.name[: LONGEST_NAME - len(change.marker)]}{change.marker}"
    return {**place, **change.params, **status, "name": name}


def post_copy(client: WritingClient, change: Change) -> dict[str, Any]:
    return copy(client, change.entity_id, copy_request(change))


def post_create(client: WritingClient, change: Change) -> dict[str, Any]:
    return create(client, change.account.path_id, EDGES[change.level], create_request(change))


def validate_creation(client: WritingClient, change: Change) -> bool:
    validate_create(client, change.account.path_id, EDGES[change.level], create_request(change))
    return True


def no_validation(client: WritingClient, change: Change) -> bool:
    """The edge `copies` has no execution_options (reference 6.1): a copy cannot be tried."""
    return False


def made_id(change: Change, answer: dict[str, Any]) -> str:
    name = f"copied_{change.level}_id" if change.op == Op.COPY else "id"
    return str(answer.get(name) or "")
