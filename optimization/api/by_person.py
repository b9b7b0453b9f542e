"""A person's own change over the API: the same service as the page, with its refusals as answers."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from metaads.clock import business_now
from metaads.models import Role
from optimization.api.access import require_role, subject_of
from optimization.api.action_fields import LEVELS, ActionAnswer
from optimization.api.actions import Actions, OptimizationActions, said
from optimization.api.deciding import Conflict, action_of
from optimization.api.errors import Refused, Several
from optimization.api.once import once
from optimization.api.params import Body
from optimization.api.rules import user_of
from optimization.by_person import (
    BadParameters,
    HeldBack,
    Look,
    Wanted,
    look,
    propose_by_hand,
    tell_by_hand,
    tellers_for,
)
from optimization.kinds import describe
from optimization.models import Action
from optimization.queue.errors import Invalid, NotAllowed, QueueError, Stale

LONGEST = 2000


class TimedBody(Body):
    hours = serializers.IntegerField(
        allow_null=True, min_value=1, max_value=2160, help_text="null = the account's day on which it takes effect."
    )


class ByPersonBody(Body):
    """`parameters` as the kind has them; money in the major unit. `timed`: undone after so long, unless kept."""

    kind = serializers.CharField(max_length=40)
    level = serializers.ChoiceField(LEVELS)
    id = serializers.CharField(max_length=32, help_text="Meta id of the object.")
    parameters = serializers.DictField(required=False, default=dict)
    reason = serializers.CharField(max_length=LONGEST, help_text="Why; the ledger keeps it.")
    timed = TimedBody(required=False, allow_null=True, default=None)
    override_reason = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=LONGEST, help_text="Where a rail advises against it."
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only say what it would do.")


class Told(serializers.Serializer[Any]):
    """Of what changes nothing at Meta: it was done at once."""

    done = serializers.CharField()


class Rehearsal(serializers.Serializer[Any]):
    """What it would do, and what every guard rail says. Nothing is stored or sent."""

    dry_run = serializers.BooleanField()
    title = serializers.CharField()
    level = serializers.CharField()
    entity_id = serializers.CharField(help_text="Where it is made: the parent, if that carries the budget.")
    field = serializers.CharField()
    value_before = serializers.JSONField()
    value_final = serializers.JSONField()
    steps = serializers.ListField(child=serializers.DictField())
    verdicts = serializers.ListField(child=serializers.DictField())
    blocked_by = serializers.ListField(child=serializers.CharField(), help_text="Hard rails: nobody can override them.")
    needs_override = serializers.ListField(child=serializers.CharField(), help_text="Rails that ask for a reason.")


def rehearsed(found: Look) -> dict[str, Any]:
    action, head = found.action, describe(found.action)
    return {
        "dry_run": True,
        "title": " ".join(part for part in (head.verb, head.name or action.entity_name, head.change) if part),
        "level": action.level,
        "entity_id": action.entity_id,
        "field": action.field,
        "value_before": action.value_before,
        "value_final": action.value_final,
        "steps": action.steps,
        "verdicts": action.verdicts,
        "blocked_by": [verdict.guard for verdict in found.hard],
        "needs_override": [verdict.guard for verdict in found.advisory],
    }


def by_person(request: Request) -> Response:
    """Makes the change, or with `dry_run` only looks. Raises what the handler answers with."""
    body = said(ByPersonBody, request)
    subject = subject_of(request, body["level"], body["id"])
    require_role(request, subject.account, Role.MANAGER)
    wanted = Wanted(body["level"], subject.meta_id, body["kind"], body["parameters"], body["timed"])
    now = business_now(subject.account)
    tells = body["kind"] in {kind.key for kind in tellers_for(body["level"])}
    try:
        if tells and body["dry_run"]:
            raise Invalid("dry_run: this kind changes nothing at Meta, so there is nothing to try.")
        if tells:
            done = tell_by_hand(user_of(request), subject.account, wanted, now, reason=body["reason"])
            return Response({"done": done}, status=status.HTTP_202_ACCEPTED)
        if body["dry_run"]:
            return Response(rehearsed(look(subject.account, wanted, now, user_of(request), body["reason"])))
        action = _made(request, body, subject.account, wanted, now)
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from None
    except BadParameters as error:
        raise Several(_placed(error)) from None
    except HeldBack as error:
        raise Conflict(str(error), "held_back") from None
    except Invalid as error:
        field, colon, _ = str(error).partition(":")
        raise Refused(str(error), field if colon and field.isidentifier() else "") from None
    except Stale as error:
        raise Conflict(str(error), "stale") from None
    except QueueError as error:
        raise Conflict(str(error), "conflict") from None
    return Response(ActionAnswer(action).data, status=status.HTTP_201_CREATED)


def _made(request: Request, body: dict[str, Any], account: Any, wanted: Wanted, now: Any) -> Action:
    why, override = body["reason"], body["override_reason"]
    made = propose_by_hand(user_of(request), account, wanted, now, reason=why, override_reason=override)
    return action_of(request, made.public_id)


OWN = frozenset({"override_reason", "timed", "hours"})


def _placed(error: BadParameters) -> dict[str, list[str]]:
    """By the place in the body."""
    return {name if name in OWN else f"parameters.{name}".rstrip("."): texts for name, texts in error.fields.items()}


SCHEMA: dict[str, Any] = {
    "request": ByPersonBody,
    "responses": {
        201: ActionAnswer,
        202: OpenApiResponse(Told, description="Of a kind that tells others."),
        200: OpenApiResponse(Rehearsal, description="With `dry_run`."),
    },
}


class ActionsAndMore(Actions):
    """The queue and its history; a POST takes an action by hand."""

    @extend_schema(operation_id="action_by_hand", **SCHEMA)
    @once
    def post(self, request: Request) -> Response:
        """Any kind on any object, as a person's own decision: approved in one step where four eyes do not ask for two.

        Hard guard rails refuse it (409), the others ask for `override_reason`. Needs the role manager.
        """
        return by_person(request)


class OptimizationActionsAndMore(OptimizationActions):
    """The same under the other design's path."""

    @extend_schema(operation_id="optimization_action_by_hand", **SCHEMA)
    @once
    def post(self, request: Request) -> Response:
        """As /api/intelligence/actions."""
        return by_person(request)
