"""Creating campaigns, ad sets, ads and creatives. One POST, never repeated here: sent twice, it makes two."""

from collections.abc import Mapping
from typing import Any

from metaads.graph.client import WritingClient
from metaads.writer.updates import VALIDATE_ONLY


def create(client: WritingClient, account_path: str, edge: str, params: Mapping[str, object]) -> dict[str, Any]:
    """POST /act_<id>/campaigns, adsets, ads or adcreatives (reference 6.4). Returns {"id": ...}.

    A creative that is identical to an existing one gets that one's id (reference 3.7). Raises like `updates.update`.
    """
    return client.post((account_path, edge), params)


def validate_create(client: WritingClient, account_path: str, edge: str, params: Mapping[str, object]) -> None:
    """Asks whether `create` would be accepted. Raises what Meta refuses."""
    client.post((account_path, edge), {**params, **VALIDATE_ONLY})
