"""The POST door for what needs a person: what did you see at Meta?"""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from metaads.clock import business_now
from optimization.queue import services
from optimization.queue.errors import NotAllowed, QueueError
from optimization.queue.selectors import actions_for

SEEN = {"in_effect": True, "not_in_effect": False}


@login_required
@require_POST
def resolve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """`seen`: in_effect or not_in_effect; `note`: what the person saw. Back to the case, with any error shown there."""
    assert isinstance(request.user, User)  # noqa: S101  (login_required; tells mypy)
    action = get_object_or_404(actions_for(request.user), public_id=public_id)
    seen, note = SEEN.get(request.POST.get("seen", "")), request.POST.get("note", "")
    try:
        if seen is None:
            messages.error(request, "Say whether the change is in effect at Meta.")
        else:
            fresh = services.resolve(action.pk, request.user, business_now(action.account), seen, note)
            messages.success(request, f"Settled: {fresh.get_status_display().lower()}.")
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from None
    except QueueError as error:
        messages.error(request, str(error))
    return redirect("action", public_id=public_id)
