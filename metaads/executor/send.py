"""One POST of an absolute value. No retry here: what is unclear is settled by reading."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metaads.executor.change import Change
from metaads.graph.client import writing_client_for
from metaads.writer.updates import update


class NotSent(Exception):
    """`may_write` said no right before the POST; nothing left this process. The text says why."""


@dataclass(frozen=True)
class Sent:
    """Meta accepted the request. That it took effect is for the reading back to say."""

    answer: dict[str, Any]


def request_of(change: Change) -> dict[str, Any]:
    """What will be posted to /{entity_id}."""
    return {change.field: change.new}


def send(change: Change, may_write: Callable[[], str | None]) -> Sent:
    """Posts `change`. `may_write` gives None, or why not. Raises NotSent or metaads.graph.errors."""
    client = writing_client_for(change.account)
    why_not = may_write()
    if why_not:
        raise NotSent(why_not)
    return Sent(update(client, change.entity_id, request_of(change)))
