"""Changing one object at Meta. One POST, never repeated: what an unclear answer means is the executor's question."""

from collections.abc import Mapping
from typing import Any

from metaads.graph.client import WritingClient

VALIDATE_ONLY = {"execution_options": ["validate_only"]}
"""Meta runs all its checks and changes nothing (reference 6.1); the edge `copies` does not have it."""


def update(client: WritingClient, entity_id: str, params: Mapping[str, object]) -> dict[str, Any]:
    """Sets absolute values (`status`; `daily_budget`, `lifetime_budget` as integers in minor units ...).

    Returns Meta's answer, {"success": true}. Raises OutcomeUnknown when it may have taken effect; after RateLimited,
    TokenInvalid and Permanent it surely has not (reference 6.1).
    """
    return client.post((entity_id,), params)


def validate_update(client: WritingClient, entity_id: str, params: Mapping[str, object]) -> None:
    """Asks whether `update` would be accepted. Raises what Meta refuses."""
    client.post((entity_id,), {**params, **VALIDATE_ONLY})
