"""Copying a campaign, an ad set or an ad. One POST, never repeated here: sent twice, it makes two."""

from collections.abc import Mapping
from typing import Any

from metaads.graph.client import WritingClient


def copy(client: WritingClient, entity_id: str, params: Mapping[str, object]) -> dict[str, Any]:
    """POST /{id}/copies (reference 6.3). `params` with `status_option` and `rename_options`; there is no `name`.

    A synchronous call copies at most 3 child ads, and an ad set's copy takes no other budget than its source's.
    Returns `copied_campaign_id`, `copied_adset_id` or `copied_ad_id`. Raises like `updates.update`.
    """
    return client.post((entity_id, "copies"), params)
