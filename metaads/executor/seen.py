"""What was seen at Meta, and what that means for a change."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Live:
    """`value` of the change's field, None = Meta did not tell. Where an object is made: its id, None = not there.

    `name` and `status` are the object's own.
    """

    value: Any
    status: str
    raw: dict[str, Any]
    name: str = ""


class Finding(StrEnum):
    THERE = "there"
    UNCHANGED = "unchanged"
    DRIFTED = "drifted"
    UNKNOWN = "unknown"
