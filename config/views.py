"""The sandbox's page: time passes at the push of a button. There is none without a sandbox connection."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_q.tasks import async_task

from config import forwarding
from metaads.clock import business_now
from metaads.models import Connection
from optimization.ledger import record
from optimization.views.scope import scope_of

SPANS = {"6": "6 hours", "24": "1 day", "72": "3 days", "168": "7 days"}


def _connection(request: HttpRequest, deciding: bool = False) -> Connection:
    """The sandbox among the connections whose accounts the user sees; the first by name. None is a 404."""
    scope = scope_of(request)
    mine = [account for account in scope.accounts if account.connection.sandbox]
    if not mine:
        raise Http404("There is no sandbox here.")
    if deciding and not any(scope.may_decide(account.pk) for account in mine):
        raise PermissionDenied("Time passes at the word of a manager.")
    return mine[0].connection


@login_required
@require_GET
def sandbox(request: HttpRequest) -> HttpResponse:
    """How far the last fast-forward is, and the form for the next."""
    connection = _connection(request)
    scope = scope_of(request)
    found = forwarding.progress(connection)
    context = {
        "connection": connection,
        "now": business_now(next(a for a in scope.accounts if a.connection_id == connection.pk)),
        "progress": found,
        "spans": SPANS,
        "may": any(scope.may_decide(a.pk) for a in scope.accounts if a.connection_id == connection.pk),
        "page": "sandbox",
    }
    return render(request, "sandbox/page.html", context)


@login_required
@require_POST
def fast_forward(request: HttpRequest) -> HttpResponse:
    """Begins it; a worker carries it on."""
    connection = _connection(request, deciding=True)
    hours = request.POST.get("hours", "")
    if hours not in SPANS:
        messages.error(request, "Choose one of the spans.")
        return redirect("sandbox")
    try:
        forwarding.begin(connection, timedelta(hours=int(hours)), timedelta(hours=1))
    except forwarding.AlreadyRunning as error:
        messages.error(request, str(error))
        return redirect("sandbox")
    _note(request, connection, "started", int(hours))
    async_task("config.tasks.fast_forward", str(connection.pk), cluster=settings.Q_WORK, save=False)
    messages.success(request, f"The sandbox moves on by {SPANS[hours]}.")
    return redirect("sandbox")


@login_required
@require_POST
def stop_forward(request: HttpRequest) -> HttpResponse:
    """Ends it before its next step."""
    connection = _connection(request, deciding=True)
    forwarding.cancel(connection)
    _note(request, connection, "cancelled", 0)
    messages.success(request, "It stops after the step that it is in.")
    return redirect("sandbox")


def _note(request: HttpRequest, connection: Connection, what: str, hours: int) -> None:
    account = connection.accounts.order_by("pk").first()
    record(
        "setting_changed",
        account_id=None,
        actor="user",
        user_id=request.user.pk,
        now=business_now(account),
        payload={"setting": "sandbox_time", "connection": str(connection.pk), "what": what, "hours": hours},
    )
