"""The emergency stop: one tap; a reason is welcome, never waited for. Works as a page without JavaScript."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.incident.emergency import emergency, open_incident
from optimization.incident.stops import in_force
from optimization.models import Incident
from optimization.queue.errors import Invalid, QueueError
from optimization.views.revert import hours_of
from optimization.views.scope import ALL, Scope, scope_of


def _target(request: HttpRequest, scope: Scope) -> AdAccount | None:
    """The account to stop, None = everything (administrators only). Another one's account is a 404."""
    wanted = request.POST.get("account", "")
    if wanted == ALL:
        if not request.user.is_superuser:
            raise PermissionDenied("Stopping everything is for administrators.")
        return None
    account = next((account for account in scope.accounts if str(account.pk) == wanted), None)
    if account is None:
        raise Http404("No such account.")
    if not scope.may_decide(account.pk):
        raise PermissionDenied("Stopping an account is for its managers.")
    return account


@login_required
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    if request.method == "GET":
        if not scope.stoppable:
            raise PermissionDenied("Stopping an account is for its managers.")
        return _page(request, scope)
    account = _target(request, scope)
    incident = _stopped(request, account)
    messages.error(request, f"Stopped: {account or 'all accounts'}. No new change begins at Meta.")
    return redirect("incident", public_id=incident.public_id)


def _stopped(request: HttpRequest, account: AdAccount | None) -> Incident:
    """Stops first; what was asked for beside it and can't be is said, and never holds the stop up."""
    assert request.user.is_authenticated  # noqa: S101  (login_required; tells mypy)
    now, hours, trouble = business_now(account), None, ""
    try:
        hours = hours_of(request.POST) if request.POST.get("hours") else None
    except Invalid as error:
        trouble = str(error)
    pause = bool(request.POST.get("pause"))
    try:
        return emergency(account, request.user, now, request.POST.get("reason", ""), hours, pause)
    except QueueError as error:
        trouble = str(error)
        standing = in_force(account)
        assert standing is not None  # noqa: S101 - it stops before anything else
        return open_incident(standing, request.user, now, None, pause)
    finally:
        if trouble:
            messages.warning(request, f"Nothing was undone: {trouble} Stop again with other hours to undo.")


def _page(request: HttpRequest, scope: Scope) -> HttpResponse:
    return render(
        request, "optimization/stop.html", {"accounts": scope.stoppable, "chosen": scope.account, "stop_page": True}
    )
