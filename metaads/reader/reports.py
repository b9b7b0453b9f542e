"""Asynchronous report runs of insights: start one, ask how far it is, read its rows (reference 4.3).

For ranges that one synchronous read would not give. A run lives 30 days at Meta, so its id is worth storing: whoever
was killed while it ran picks it up again instead of starting another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from metaads.graph.client import GraphClient
from metaads.graph.errors import OutcomeUnknown, Permanent
from metaads.models import AdAccount, Level
from metaads.reader.insights import InsightRow, parse
from metaads.reader.results import result_types

PAGE = 2500
"""Rows a page of a finished run: it is computed already, so larger pages than a live read can give save calls. The
client halves it when Meta calls a page too much."""
COMPLETED, FAILED, SKIPPED = "Job Completed", "Job Failed", "Job Skipped"
_STATUS = (
    "async_status",
    "async_percent_completion",
    "error_code",
    "error_message",
    "error_user_title",
    "error_user_msg",
)
_GONE = (100, 33)


@dataclass(frozen=True)
class RunStatus:
    """How a run stands. `gone`: Meta no longer knows it, or skipped it because it expired: start another.

    `percent` 0-100. `problem` is a sentence for people, "" unless it failed.
    """

    percent: int
    finished: bool = False
    failed: bool = False
    gone: bool = False
    problem: str = ""


def start_run(client: GraphClient, account: AdAccount, params: Mapping[str, object]) -> str:
    """Starts a run; answers its id (a JSON number at Meta, text here). Changes nothing at Meta.

    `params`: those of a read (`insights_params`, `hourly_params`); pages are no matter of the run.
    Raises metaads.graph.errors.
    """
    asked = {name: value for name, value in params.items() if name != "limit"}
    answer = client.post_read((account.path_id, "insights"), asked)
    run_id = answer.get("report_run_id") if isinstance(answer, dict) else None
    if not run_id:
        raise OutcomeUnknown("Meta started a report without naming it.")
    return str(run_id)


def run_status(client: GraphClient, run_id: str) -> RunStatus:
    """One look; finished = completed *and* 100 percent. Raises metaads.graph.errors, but not for a run that is gone."""
    try:
        raw = client.get((run_id,), {"fields": ",".join(_STATUS)})
    except Permanent as error:
        if (error.detail.code, error.detail.subcode) == _GONE:
            return RunStatus(0, gone=True, problem="Meta no longer knows the report.")
        raise
    status, percent = raw.get("async_status"), _percent(raw)
    if status == FAILED:
        return RunStatus(percent, failed=True, problem=_reason(raw))
    if status == SKIPPED:
        return RunStatus(percent, gone=True, problem="Meta skipped the report because it had expired.")
    return RunStatus(percent, finished=status == COMPLETED and percent == 100)


def run_rows(client: GraphClient, account: AdAccount, run_id: str, level: Level | str) -> Iterator[list[InsightRow]]:
    """Pages of a finished run's rows, to the end. A row may repeat where pages overlap. Raises metaads.graph.errors."""
    types = result_types(account)
    for page in run_pages(client, run_id):
        yield [parse(raw, Level(level), types) for raw in page]


def run_pages(client: GraphClient, run_id: str) -> Iterator[list[dict[str, Any]]]:
    """The same pages as Meta sends them, for reports with breakdowns."""
    return client.pages((run_id, "insights"), {"limit": PAGE})


def _percent(raw: Mapping[str, Any]) -> int:
    try:
        return int(raw.get("async_percent_completion") or 0)
    except (TypeError, ValueError) as error:
        raise OutcomeUnknown("Meta's report says no percentage.") from error


def _reason(raw: Mapping[str, Any]) -> str:
    """v25.0 and later name the error of a failed run by default (reference 1)."""
    text = raw.get("error_user_msg") or raw.get("error_message") or "Meta gave no reason."
    code = raw.get("error_code")
    return f"Meta's report failed: {text}" + (f" (Meta error {code})" if code is not None else "")
