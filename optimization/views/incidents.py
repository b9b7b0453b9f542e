"""Incidents: the list, the report as page, CSV and PDF, lifting the stop, and the rules that it turned off."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from metaads.clock import business_now
from metaads.models import Role
from metaads.models.membership import has_role
from optimization.incident.report import report_of
from optimization.incident.selectors import incidents_for, rules_turned_off
from optimization.incident.stops import lift_stop, release_rule
from optimization.models import Incident
from optimization.rules.schema import RuleInvalid
from optimization.rules.services import set_active
from optimization.views import incident_table
from optimization.views.export import csv_answer
from optimization.views.incident_facts import facts

PAGE = 25
SHOWN = 300


def _actor(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # noqa: S101  (login_required; tells mypy)
    return request.user


def _load(request: HttpRequest, public_id: UUID) -> Incident:
    """One of another account does not exist; one of everything shows the user's own accounts."""
    return get_object_or_404(incidents_for(request.user), public_id=public_id)


def _may_lift(request: HttpRequest, incident: Incident) -> bool:
    user = _actor(request)
    return user.is_superuser or (incident.account is not None and has_role(user, incident.account, Role.ADMIN))


@login_required
@require_GET
def incidents(request: HttpRequest) -> HttpResponse:
    pages = Paginator(incidents_for(request.user), PAGE)
    context = {"page": "actions", "pages": pages.get_page(request.GET.get("page"))}
    return render(request, "optimization/incidents.html", context)


@login_required
@require_GET
def incident(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _page(request, _load(request, public_id))


def _page(request: HttpRequest, shown: Incident, error: str = "", typed: str = "") -> HttpResponse:
    report = report_of(shown, _actor(request))
    table = incident_table.table_of(report, request.path)
    context = {
        "page": "actions",
        "incident": shown,
        "report": report,
        "facts": facts(report),
        "table": incident_table.cut(table, SHOWN),
        "moving": any(line.tone == "watch" or line.action.status in incident_table.MOVING for line in report.lines),
        "rules": rules_turned_off(shown.stop),
        "may_lift": shown.stop is not None and shown.stop.lifted_at is None and _may_lift(request, shown),
        "may_switch_on": shown.stop is not None and shown.stop.lifted_at is not None and _may_lift(request, shown),
        "error": error,
        "typed": typed,
    }
    return render(request, "optimization/incident.html", context, status=422 if error else 200)


@login_required
@require_GET
def csv_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    shown = _load(request, public_id)
    return csv_answer(incident_table.file_of(report_of(shown, _actor(request))), str(shown.public_id))


@login_required
@require_GET
def pdf_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    # Only who asks for a PDF pays for its library: a second at start-up and 40 MB of every worker otherwise.
    from optimization.views.incident_pdf import pdf_of  # noqa: PLC0415

    shown = _load(request, public_id)
    answer = HttpResponse(pdf_of(report_of(shown, _actor(request))), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="incident-{shown.public_id}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def lift(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Lifts the stop, with a reason; switches the rules on again that are ticked, and no other."""
    shown = _load(request, public_id)
    if not _may_lift(request, shown) or shown.stop is None:
        raise PermissionDenied("Lifting a stop is for administrators.")
    now = business_now(shown.account)
    try:
        lift_stop(shown.stop, _actor(request), now, request.POST.get("reason", ""))
    except ValueError as error:
        return _page(request, shown, str(error), request.POST.get("reason", ""))
    messages.success(request, f"Lifted: {shown.account or 'all accounts'}. Approved changes are carried out again.")
    _switch_on(request, shown, now)
    return redirect("incident", public_id=public_id)


@login_required
@require_POST
def rules_on(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """After the stop: switches the ticked rules on again."""
    shown = _load(request, public_id)
    if not _may_lift(request, shown) or shown.stop is None:
        raise PermissionDenied("Switching rules on after a stop is for administrators.")
    if shown.stop.lifted_at is None:
        messages.warning(request, "The stop is in force. Lift it first; then switch rules on.")
    else:
        _switch_on(request, shown, business_now(shown.account))
    return redirect("incident", public_id=public_id)


def _switch_on(request: HttpRequest, shown: Incident, now: datetime) -> None:
    ids = {int(one) for one in request.POST.getlist("rules") if one.isdigit()}
    for one in rules_turned_off(shown.stop):
        rule = one.rule
        if rule.pk not in ids or shown.stop is None:
            continue
        try:
            freed = one.suspended and release_rule(shown.stop, rule, _actor(request), now)
            if set_active(rule, True, _actor(request), now) or freed:
                messages.success(request, f"On again: {rule.name}.")
        except RuleInvalid as error:
            messages.warning(request, f"{rule.name} stays off: {error}")
