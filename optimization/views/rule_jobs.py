"""Long work about one rule: asked for by a form, followed while it runs, ended by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optimization.jobs import JobRefused, visible_jobs
from optimization.models import Job
from optimization.views.rule_subject import Subject

LISTED = 10
LOOKED_THROUGH = 200
TABS: dict[str, str] = {"backtest": "backtest", "simulate": "simulate"}
"""Kind of job -> the tab that shows it."""
TONES: dict[str, str] = {
    Job.State.QUEUED: "live",
    Job.State.RUNNING: "live",
    Job.State.DONE: "good",
    Job.State.FAILED: "bad",
    Job.State.CANCELLED: "quiet",
}


@dataclass(frozen=True)
class Listed:
    """A job of the rule. `on`: the one that is shown."""

    job: Job
    href: str
    on: bool

    @property
    def tone(self) -> str:
        return TONES[self.job.state]


def address(subject: Subject, kind: str, job: Job | None = None) -> str:
    """The tab, at one job if one is given."""
    account = f"&in={job.account_id}" if job else ""
    return f"{subject.href}?tab={TABS[kind]}{account}" + (f"&job={job.public_id}#job" if job else "")


def jobs_of(subject: Subject, kind: str) -> list[Listed]:
    """The newest ones, in the accounts of the rule that the user sees; the chosen one (`?job=`), else the newest."""
    ids = [account.pk for account in subject.accounts]
    rows = visible_jobs(subject.request.user, kind).filter(account_id__in=ids)[:LOOKED_THROUGH]
    mine = [job for job in rows if str(subject.rule.public_id) in rules_of(job.parameters)][:LISTED]
    wanted = subject.request.GET.get("job", "")
    chosen = next((job for job in mine if str(job.public_id) == wanted), mine[0] if mine else None)
    return [Listed(job, address(subject, kind, job), job is chosen) for job in mine]


def rules_of(parameters: Mapping[str, Any]) -> list[str]:
    found = parameters.get("rules") or []
    return [str(one) for one in found] if isinstance(found, list) else []


def chosen_of(listed: list[Listed]) -> Job | None:
    return next((one.job for one in listed if one.on), None)


def refusal(refused: JobRefused) -> str:
    """Why it was not started, without the parameter's name: the field itself is marked."""
    text = str(refused).removeprefix(f"{refused.field}: ")
    return text[:1].upper() + text[1:]
