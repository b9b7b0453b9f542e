"""The page follows the world: one cheap version, asked for every two seconds."""

import hashlib

from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from intelligence.models import Freshness
from notifications.models import Notification
from optimization.models import LedgerHead
from optimization.views.scope import Scope, scope_of


def version_of(scope: Scope) -> str:
    """Changes when anything that a page shows changed: decisions and results (ledger), figures, notices."""
    chains = [f"account:{pk}" for pk in scope.ids] + ["installation"]
    heads = sorted(LedgerHead.objects.filter(chain__in=chains).values_list("chain", "number"))
    read = Freshness.objects.filter(account_id__in=scope.ids).aggregate(at=Max("read_at"))["at"]
    said = Notification.objects.aggregate(at=Max("updated_at"), id=Max("id"))
    return hashlib.sha256(repr((heads, read, said)).encode()).hexdigest()[:16]


@login_required
@require_GET
def live_version(request: HttpRequest) -> HttpResponse:
    """204 while nothing changed; else the new version, and the event that makes the parts reload."""
    version = version_of(scope_of(request))
    if request.GET.get("v") == version:
        return HttpResponse(status=204)
    response = render(request, "frame/live.html", {"version": version})
    response["HX-Trigger"] = "changed"
    return response
