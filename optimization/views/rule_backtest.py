"""The tab of the back-test: a range of the past, and what the rule would have done in it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from intelligence.metrics.windows import local_day
from metaads.models import AdAccount, Campaign
from optimization.backtest import APPROVE_ALL, AS_RECORDED, earliest, hourly_from
from optimization.jobs import JobRefused
from optimization.models import Job
from optimization.views.rule_jobs import address, chosen_of, jobs_of, refusal
from optimization.views.rule_replayed import Replayed, firings_table, replayed
from optimization.views.rule_subject import Subject
from optimization.views.table import Table, ordered

KIND = "backtest"
DAYS = 14
CAMPAIGNS_MOST = 300
MODES: dict[str, str] = {
    APPROVE_ALL: "as if each proposal had been approved at once",
    AS_RECORDED: "as people decided then",
}


@dataclass(frozen=True)
class Form:
    """What is asked for, as typed. `problem` belongs to `field`, "" = to none of them."""

    since: str
    until: str
    campaign: str
    mode: str
    problem: str = ""
    field: str = ""


def _form(subject: Subject, account: AdAccount, job: Job | None) -> Form:
    """As the shown one was asked for; without one the last two weeks."""
    if job is not None and job.account_id == account.pk:
        given = job.parameters
        return Form(*(str(given.get(name) or "") for name in ("since", "until", "campaign", "mode")))
    today = local_day(subject.now, account.zone)
    first = earliest(account, [subject.rule.level], subject.now)
    since = max(today - timedelta(days=DAYS), first) if first else today - timedelta(days=DAYS)
    return Form(since.isoformat(), today.isoformat(), "", APPROVE_ALL)


def typed(request: HttpRequest, refused: JobRefused) -> Form:
    given = request.POST
    return Form(
        since=given.get("since", ""),
        until=given.get("until", ""),
        campaign=given.get("campaign", ""),
        mode=given.get("mode", ""),
        problem=refusal(refused),
        field=refused.field,
    )


def tab(subject: Subject) -> dict[str, Any]:
    account = subject.account
    if account is None:
        return {}
    listed = jobs_of(subject, KIND)
    job = chosen_of(listed)
    shown = result_of(subject, job)
    return {
        "form": _form(subject, account, job),
        "modes": MODES,
        "first_day": earliest(account, [subject.rule.level], subject.now),
        "hourly_from": hourly_from(account, subject.now),
        "today": local_day(subject.now, account.zone),
        "campaigns": _campaigns(account),
        "listed": listed,
        "job": job,
        "job_href": address(subject, KIND, job) if job else "",
        "replayed": shown,
        "firings": ordered(shown.table, subject.request.GET) if shown else None,
    }


def _campaigns(account: AdAccount) -> list[tuple[str, str]]:
    """Meta id and name, those that run first."""
    rows = Campaign.objects.filter(account=account, deleted_at=None).order_by("effective_status", "name")
    return [(meta_id, name or meta_id) for meta_id, name in rows.values_list("meta_id", "name")[:CAMPAIGNS_MOST]]


def result_of(subject: Subject, job: Job | None) -> Replayed | None:
    """What a finished job found."""
    if job is None or job.state != Job.State.DONE or not job.result:
        return None
    account = next((one for one in subject.accounts if one.pk == job.account_id), None)
    return None if account is None else replayed(job.result, account, subject.now)


def file(subject: Subject) -> Table | None:
    """The firings of the chosen back-test, all that it lists."""
    shown = result_of(subject, chosen_of(jobs_of(subject, KIND)))
    return None if shown is None else firings_table(shown.result, shown.account)
