"""A write before it is accepted: the object as it was, as it would be, and what the call asks for."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from metaads.sandbox.graph.errors import GraphError, refused
from metaads.sandbox.graph.view import View
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign

Object = TypeVar("Object", Campaign, AdSet, Ad)


@dataclass(frozen=True, slots=True)
class Wish(Generic[Object]):
    """`before` is None for a new object; `asked`: attributes that the call names. Money in minor units."""

    view: View
    before: Object | None
    after: Object
    asked: frozenset[str]

    @property
    def is_new(self) -> bool:
        return self.before is None


def check_life(node: Campaign | AdSet | Ad, asked: frozenset[str], status: str | None) -> None:
    """Archived can only be deleted; deleted allows a new name and nothing else (reference 3.1)."""
    if node.status == "DELETED" and asked - {"name"}:
        raise refused(1_487_056, "Object is deleted", "A deleted object can't be edited.", *sorted(asked))
    if node.status == "ARCHIVED" and status != "DELETED" and asked - {"name"}:
        raise refused(1_487_566, "Object is archived", "An archived object can only be deleted.", *sorted(asked))


def check_parent(node: Campaign | AdSet, blame: str) -> None:
    """Nothing new goes below what was deleted or archived."""
    if node.status == "DELETED":
        raise refused(1_487_056, "Object is deleted", f"{node.name} is deleted: nothing can be added to it.", blame)
    if node.status == "ARCHIVED":
        raise refused(1_487_566, "Object is archived", f"{node.name} is archived: nothing can be added to it.", blame)


def unfit(title: str, text: str, *blame: str) -> GraphError:
    """A refusal with words for people whose subcode is not known to us: error 100 without one."""
    return GraphError("Invalid parameter", 100, title=title, user_message=text, blame=blame)
