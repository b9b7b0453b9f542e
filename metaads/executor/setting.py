"""Setting one field: read it, compare it, post an absolute value."""

from typing import Any

from metaads.executor.change import Change
from metaads.executor.fields import field_of
from metaads.executor.seen import Finding, Live
from metaads.graph.client import GraphClient, WritingClient
from metaads.reader.entity import read_fields
from metaads.writer.updates import update, validate_update

ALWAYS = ("status", "effective_status")


def read(client: GraphClient, change: Change, made_id: str) -> Live:
    field = field_of(change.level, change.field)
    asked = tuple(dict.fromkeys((*ALWAYS, *field.reads)))
    raw = read_fields(client, change.entity_id, asked)
    return Live(field.value(raw), str(raw.get("status", "")), raw)


def compare(change: Change, live: Live) -> Finding:
    """THERE: the wanted value stands. UNCHANGED: the old one does. DRIFTED: a third one. UNKNOWN: not told."""
    if live.value is None:
        return Finding.UNKNOWN
    same = field_of(change.level, change.field).same
    if same(live.value, change.new, change.old):
        return Finding.THERE
    return Finding.UNCHANGED if same(live.value, change.old, change.new) else Finding.DRIFTED


def request(change: Change) -> dict[str, Any]:
    return field_of(change.level, change.field).request(change.new)


def post(client: WritingClient, change: Change) -> dict[str, Any]:
    return update(client, change.entity_id, request(change))


def validate(client: WritingClient, change: Change) -> bool:
    validate_update(client, change.entity_id, request(change))
    return True


def made_id(change: Change, answer: dict[str, Any]) -> str:
    return ""
