"""The emergency stop: one tap; a reason is welcome, never waited for. Works as a page without JavaScript."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.incident.stops import set_stop
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
    assert request.user.is_authenticated  # noqa: S101  (login_required; tells mypy)
    set_stop(account, request.user, business_now(account), request.POST.get("reason", ""))
    messages.error(request, f"Stopped: {account or 'all accounts'}. No new change begins at Meta.")
    return redirect("dashboard")


def _page(request: HttpRequest, scope: Scope) -> HttpResponse:
    return render(request, "optimization/stop.html", {"accounts": scope.stoppable, "chosen": scope.account})
