"""Deciding over the API: the same services as the pages, with their refusals as answers."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from rest_framework import exceptions, status
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request

from metaads.clock import business_now
from optimization.api.errors import Refused
from optimization.api.rules import user_of
from optimization.models import Action
from optimization.queue.errors import AlreadyDecided, Invalid, Locked, NotAllowed, NotOffered, QueueError, Stale
from optimization.queue.selectors import actions_for

Decision = Callable[[Action, User, datetime], Action]


class Conflict(exceptions.APIException):
    """The action is not in a state that allows it. `code` says which: already_decided, locked, stale, not_offered."""

    status_code = status.HTTP_409_CONFLICT


_CODES: dict[type[QueueError], str] = {
    AlreadyDecided: "already_decided",
    Locked: "locked",
    Stale: "stale",
    NotOffered: "not_offered",
}


def action_of(request: Request, public_id: UUID) -> Action:
    """An action of an account that the caller may see. Raises NotFound."""
    rows = actions_for(request.user).select_related("decided_by", "proposed_by", "undo_of")
    action = rows.filter(public_id=public_id).first()
    if action is None:
        raise NotFound(f"There is no action {public_id} among those you may see.")
    return action


def decided(request: Request, public_id: UUID, decide: Decision) -> Action:
    """What the service made of it. Raises NotFound, PermissionDenied, Refused (400) or Conflict (409)."""
    action = action_of(request, public_id)
    try:
        fresh = decide(action, user_of(request), business_now(action.account))
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from None
    except Invalid as error:
        field, _, _ = str(error).partition(":")
        raise Refused(str(error), field if field.isidentifier() else "") from None
    except QueueError as error:
        raise Conflict(str(error), _CODES.get(type(error), "conflict")) from None
    return action_of(request, fresh.public_id)
