"""Starts and ends the long work about a rule. Whoever may see the account may ask: it changes nothing."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from optimization import jobs
from optimization.jobs import JobRefused, visible_jobs
from optimization.views import rule_backtest, rule_simulate
from optimization.views.rule import rule_page
from optimization.views.rule_jobs import TABS, address, rules_of
from optimization.views.rule_subject import Subject, find


@login_required
@require_POST
def backtest(request: HttpRequest, public_id: UUID) -> HttpResponse:
    subject = find(request, public_id)
    return _begin(subject, rule_backtest.KIND, _given(subject, ("since", "until", "campaign", "mode")))


@login_required
@require_POST
def simulate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    subject = find(request, public_id)
    return _begin(subject, rule_simulate.KIND, _given(subject, ("days", "seed")))


TYPED: dict[str, Callable[[HttpRequest, JobRefused], object]] = {
    rule_backtest.KIND: rule_backtest.typed,
    rule_simulate.KIND: rule_simulate.typed,
}
"""The form as it was typed, with what is wrong, by kind of job."""


def _given(subject: Subject, names: tuple[str, ...]) -> dict[str, Any]:
    """What was typed; an empty field is not given."""
    posted = subject.request.POST
    typed = {name: posted[name] for name in names if posted.get(name)}
    return {"rules": [str(subject.rule.public_id)], **typed}


def _begin(subject: Subject, kind: str, parameters: Mapping[str, Any]) -> HttpResponse:
    """Starts it and leads to it; what is refused comes back with all that was typed."""
    try:
        if subject.account is None:
            raise JobRefused("The rule acts in no account that you see.")
        job = jobs.start(kind, subject.account, parameters, subject.user, subject.now)
    except JobRefused as refused:
        return rule_page(subject, TABS[kind], {"form": TYPED[kind](subject.request, refused)}, 422)
    return redirect(address(subject, kind, job))


@login_required
@require_POST
def stop(request: HttpRequest, public_id: UUID, job_id: UUID) -> HttpResponse:
    """Ends a job of the rule: at once while it waits, at its next step while it runs."""
    subject = find(request, public_id)
    job = get_object_or_404(visible_jobs(request.user), public_id=job_id)
    if str(subject.rule.public_id) not in rules_of(job.parameters) or job.kind not in TABS:
        raise Http404("No such job of this rule.")
    if jobs.cancel(job, subject.user, subject.now).open:
        messages.success(request, "It ends at its next step.")
    return redirect(address(subject, job.kind, job))
