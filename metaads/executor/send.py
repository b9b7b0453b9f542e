"""One POST. No retry here: what is unclear is settled by reading."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metaads.executor.change import Change
from metaads.executor.operations import OPERATIONS
from metaads.graph.client import writing_client_for


class NotSent(Exception):
    """`may_write` said no right before the POST; nothing left this process. The text says why."""


@dataclass(frozen=True)
class Sent:
    """Meta accepted the request. That it took effect is for the reading back to say. `made_id`: of a new object."""

    answer: dict[str, Any]
    made_id: str = ""


def request_of(change: Change) -> dict[str, Any]:
    """What will be posted, for the journal."""
    return OPERATIONS[change.op].request(change)


def send(change: Change, may_write: Callable[[], str | None]) -> Sent:
    """Posts `change`. `may_write` gives None, or why not. Raises NotSent or metaads.graph.errors."""
    client = writing_client_for(change.account)
    why_not = may_write()
    if why_not:
        raise NotSent(why_not)
    operation = OPERATIONS[change.op]
    answer = operation.post(client, change)
    return Sent(answer, operation.made_id(change, answer))


def validate(change: Change) -> bool:
    """Lets Meta check `change` without effect. False: Meta has no such check for it. Raises what Meta refuses."""
    return OPERATIONS[change.op].validate(writing_client_for(change.account), change)
