"""Meta's own automated rules: the account's library, and which of them govern an object (reference 10)."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from metaads.graph.client import GraphClient
from metaads.graph.errors import OutcomeUnknown
from metaads.models import AdAccount

FIELDS = (
    "id",
    "name",
    "status",
    "evaluation_spec",
    "execution_spec",
    "schedule_spec",
    "created_by",
    "created_time",
    "updated_time",
)
LIMIT = 100
# Meta's own limit of a batch (reference 8); a larger account is asked about its first so many.
BATCH = 50


def read_rules(client: GraphClient, account: AdAccount) -> Iterator[list[dict[str, Any]]]:
    """Pages of raw rules; rules that were deleted are not listed. Raises metaads.graph.errors."""
    return client.pages((account.path_id, "adrules_library"), {"fields": ",".join(FIELDS), "limit": LIMIT})


def read_governing(client: GraphClient, entity_ids: Sequence[str]) -> dict[str, list[str]]:
    """Object id -> ids of the rules that Meta says govern it; at most 50 objects, in one batch of GETs.

    An object whose answer is missing or refused is left out: unknown is not "none". Raises metaads.graph.errors.
    """
    chosen = list(entity_ids[:BATCH])
    if not chosen:
        return {}
    items = [{"method": "GET", "relative_url": f"{one}/adrules_governed?fields=id&limit={LIMIT}"} for one in chosen]
    answers = client.post_read("", {"batch": items})
    if not isinstance(answers, list) or len(answers) != len(chosen):
        raise OutcomeUnknown("Meta's answer to a batch does not fit the questions.")
    found = {one: _ids(answer) for one, answer in zip(chosen, answers, strict=True)}
    return {one: ids for one, ids in found.items() if ids is not None}


def _ids(answer: object) -> list[str] | None:
    try:
        body = json.loads(answer["body"]) if answer["code"] == 200 else None  # type: ignore[index]
        return None if body is None else [str(rule["id"]) for rule in body["data"]]
    except (TypeError, KeyError, ValueError):
        return None
