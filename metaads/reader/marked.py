"""Finding what we made by the marker in its name, wherever in the account it is and whatever became of it."""

from typing import Any

from metaads.graph.client import GraphClient

STATUSES = (
    "ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES", "CAMPAIGN_PAUSED", "ADSET_PAUSED",
    "PENDING_REVIEW", "DISAPPROVED", "PREAPPROVED", "PENDING_BILLING_INFO",
)  # fmt: skip
# Which of them a level knows (reference 3.1); creatives are listed without.
OF_EDGE: dict[str, tuple[str, ...]] = {
    "campaigns": STATUSES[:6],
    "adsets": STATUSES[:7],
    "ads": STATUSES,
    "adcreatives": (),
}


def find_marked(client: GraphClient, account_path: str, edge: str, marker: str) -> list[dict[str, Any]]:
    """`id`, `name`, `status` of every object of the account with `marker` in its name, the oldest first.

    Object edges hide deleted and archived objects unless they are asked for. The name is compared here too: Meta
    documents `filtering` for insights only, and a filter that it ignores must not find a stranger.
    Raises metaads.graph.errors.
    """
    params: dict[str, object] = {
        "fields": "id,name,status" + (",created_time" if edge != "adcreatives" else ""),
        "filtering": [{"field": "name", "operator": "CONTAIN", "value": marker}],
        "limit": 500,
    }
    if OF_EDGE[edge]:
        params["effective_status"] = list(OF_EDGE[edge])
    rows = [row for page in client.pages((account_path, edge), params) for row in page]
    mine = {str(row["id"]): row for row in rows if marker in str(row.get("name", ""))}
    return sorted(mine.values(), key=lambda row: (str(row.get("created_time", "")), str(row["id"])))
