"""The three things that can be done at Meta, side by side."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metaads.executor import making, setting
from metaads.executor.change import Change, Op
from metaads.executor.seen import Finding, Live
from metaads.graph.client import GraphClient, WritingClient


@dataclass(frozen=True)
class Operation:
    """`validate` gives whether Meta can be asked without effect at all; it raises what Meta would refuse."""

    read: Callable[[GraphClient, Change, str], Live]
    compare: Callable[[Change, Live], Finding]
    request: Callable[[Change], dict[str, Any]]
    post: Callable[[WritingClient, Change], dict[str, Any]]
    validate: Callable[[WritingClient, Change], bool]
    made_id: Callable[[Change, dict[str, Any]], str]


OPERATIONS: dict[str, Operation] = {
    Op.SET: Operation(
        setting.read, setting.compare, setting.request, setting.post, setting.validate, setting.made_id
    ),
    Op.COPY: Operation(
        making.read, making.compare, making.copy_request, making.post_copy, making.no_validation, making.made_id
    ),
    Op.CREATE: Operation(
        making.read, making.compare, making.create_request, making.post_create, making.validate_creation,
        making.made_id,
    ),
}  # fmt: skip
