"""The POST door for what needs a person: what did you see at Meta?"""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from metaads.clock import business_now
from optimization.models import Action
from optimization.queue import services
from optimization.queue.errors import Invalid, NotAllowed, QueueError
from optimization.queue.selectors import actions_for
from optimization.views.case import case_page

PART = "resolve"
SEEN = {"in_effect": True, "not_in_effect": False}


@login_required
@require_POST
def resolve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """`seen`: in_effect or not_in_effect; `note`: what the person saw. An error stands on the case, with the note."""
    assert isinstance(request.user, User)  # noqa: S101  (login_required; tells mypy)
    action = get_object_or_404(_rows(request), public_id=public_id)
    seen, note = SEEN.get(request.POST.get("seen", "")), request.POST.get("note", "")
    try:
        services.may_decide(action, request.user)
        if seen is None:
            raise Invalid("Say whether the change is in effect at Meta.")
        fresh = services.resolve(action.pk, request.user, business_now(action.account), seen, note)
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from None
    except QueueError as error:
        found = _rows(request).get(pk=action.pk)
        return case_page(request, found, error=_plain(str(error)), opened=PART, typed=note, status=409)
    messages.success(request, f"Settled: {fresh.get_status_display().lower()}.")
    return redirect("action", public_id=public_id)


def _rows(request: HttpRequest) -> QuerySet[Action]:
    return actions_for(request.user).select_related("decided_by", "proposed_by", "undo_of")


def _plain(error: str) -> str:
    """Without the field's name before it: there is but one."""
    name, colon, text = error.partition(": ")
    return f"{text[:1].upper()}{text[1:]}" if colon and name == "note" else error
