"""One object, now: what the executor and the guards compare with."""

from collections.abc import Sequence
from typing import Any

from metaads.graph.client import GraphClient


def read_fields(client: GraphClient, entity_id: str, fields: Sequence[str]) -> dict[str, Any]:
    """The named fields as Meta sends them (budgets as text in minor units; a field without value is absent).

    Raises metaads.graph.errors.
    """
    return client.get((entity_id,), {"fields": ",".join(fields)})
