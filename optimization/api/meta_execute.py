"""[B]'s execute: approve if needed, carry out, wait for the end; or a dry run."""

import time
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from metaads.models import JournalStep
from optimization.api.action_fields import major
from optimization.api.action_words import state_word
from optimization.api.actions import said
from optimization.api.deciding import Conflict, action_of, decided
from optimization.api.once import once
from optimization.api.params import Body
from optimization.api.rehearsals import RehearsalAnswer, rehearsed
from optimization.models import OPEN_STATUSES, Action, Status
from optimization.queue import services
from optimization.queue.decision import CHANGED
from optimization.queue.errors import Stale
from optimization.queue.four_eyes import told

POLL = 0.1
ON_ITS_WAY = (Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN)


class Details(serializers.Serializer[Any]):
    """Budgets in the major unit; null where the action changes none."""

    message = serializers.CharField(allow_blank=True)
    old_budget = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    new_budget = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)


class Executed(serializers.Serializer[Any]):
    action_id = serializers.UUIDField()
    status = serializers.CharField()
    details = Details()
    meta_response = serializers.DictField(help_text="Meta's answer to the last write; empty if there was none.")


class Execute(Body):
    """`version`: what you looked at; an action that has changed since is refused with 409 `stale`."""

    dry_run = serializers.BooleanField(required=False, default=False)
    version = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=2**31 - 1)


class ExecuteView(APIView):
    """Approve and carry out."""

    @extend_schema(operation_id="meta_queue_execute", request=Execute, responses={200: Executed, 202: Executed})
    def post(self, request: Request, id: UUID) -> Response:
        """Approves if needed, with the same checks, and waits up to 10 seconds for the end; 202 while it goes on.

        Asked again it waits again and changes nothing more. `dry_run` decides nothing and writes nothing: guard rails
        and Meta's own check look, `meta_response` tells what they found. Needs the role manager.
        """
        body = said(Execute, request)
        if body["dry_run"]:
            return _dry(request, id, body["version"])
        self._begin(request, id)
        return _ended(_wait(request, id))

    @once
    def _begin(self, request: Request, id: UUID) -> Response:
        """The part that acts, by itself one transaction: the worker sees it while we wait."""
        seen = said(Execute, request)["version"]
        action = decided(request, id, lambda one, user, now: _started(one, user, now, seen))
        return Response({"status": action.status})


def _started(action: Action, user: Any, now: datetime, seen: int | None) -> Action:
    if action.status in OPEN_STATUSES:
        return services.approve(action.pk, user, now, seen)
    if action.status in (*ON_ITS_WAY, Status.EXECUTED, Status.FAILED, Status.NEEDS_PERSON):
        services.may_decide(action, user)
        if seen is not None and seen != action.version:
            raise Stale(CHANGED)
        return action
    raise Conflict(f"It is {Status(action.status).label.lower()} and can't be executed.", "already_decided")


def _wait(request: Request, id: UUID) -> Action:
    until = time.monotonic() + settings.EXECUTE_WAIT.total_seconds()
    while True:
        action = action_of(request, id)
        if action.status not in ON_ITS_WAY or time.monotonic() >= until:
            return action
        time.sleep(POLL)


def _ended(action: Action) -> Response:
    step = JournalStep.objects.filter(key__startswith=f"{action.public_id}:").order_by("-pk").first()
    old, new = _budgets(action)
    body = {
        "action_id": action.public_id,
        "status": state_word(action.status),
        "details": {"message": _message(action), "old_budget": old, "new_budget": new},
        "meta_response": step.answer if step else {},
    }
    going_on = action.status in (*OPEN_STATUSES, *ON_ITS_WAY)
    return Response(Executed(body).data, status=status.HTTP_202_ACCEPTED if going_on else status.HTTP_200_OK)


def _message(action: Action) -> str:
    """What happened; while a second person must approve, that."""
    nows = {action.account_id: business_now(action.account)}
    return action.outcome_note or told([action], nows).get(action.pk, "")


def _dry(request: Request, id: UUID, seen: int | None) -> Response:
    found, action = rehearsed(request, id), action_of(request, id)
    if seen is not None and seen != action.version:
        raise Conflict(CHANGED, "stale")
    old, new = _budgets(action)
    body = {
        "action_id": action.public_id,
        "status": state_word(action.status),
        "details": {
            "message": f"Dry run: {found.reason or 'it would be carried out.'}",
            "old_budget": old,
            "new_budget": new,
        },
        "meta_response": {"dry_run": True, **RehearsalAnswer(found).data},
    }
    return Response(Executed(body).data)


def _budgets(action: Action) -> tuple[Decimal | None, Decimal | None]:
    if not action.field.endswith("_budget"):
        return None, None
    return major(int(action.value_before), action.currency), major(int(action.value_final), action.currency)
