"""Dry runs from the pages: what carrying an action out would meet now, asked of Meta without any effect there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from metaads.clock import business_now
from optimization.dispatch import Rehearsal, rehearse
from optimization.models import OPEN_STATUSES, Action, Status
from optimization.queue.selectors import actions_for
from optimization.views.case import case_page
from optimization.views.scope import scope_of

ABLE = (*OPEN_STATUSES, Status.APPROVED)
"""What a dry run says something about: it is not carried out yet."""


@dataclass(frozen=True)
class DryRun:
    """`tone`: good or bad. `lines`: each step with what was found at Meta, and what Meta said of it."""

    tone: str
    says: str
    lines: tuple[tuple[str, bool, str, str], ...]


def dry_run(action: Action, now: datetime) -> DryRun:
    """Asks Meta. `action` need not be stored."""
    return in_words(rehearse(action, now))


def in_words(found: Rehearsal) -> DryRun:
    says = "It would be carried out now." if found.ok else f"It would not be carried out now: {found.reason}"
    lines = tuple((one.name, one.ok, one.note, one.meta) for one in found.steps)
    return DryRun("good" if found.ok else "bad", says, lines)


@login_required
@require_POST
def rehearsal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The action's page with what a dry run found. Nothing is changed, here or at Meta."""
    action = get_object_or_404(actions_for(request.user).select_related("decided_by"), public_id=public_id)
    if not scope_of(request).may_decide(action.account_id):
        raise PermissionDenied("A dry run is for managers of this ad account: it asks Meta.")
    if action.status not in ABLE:
        return case_page(request, action, error="It is over: there is nothing to rehearse.", status=409)
    return case_page(request, action, rehearsed=dry_run(action, business_now(action.account)))
