"""Undoing the last hours over the API: a look first, then the deed, by the same service as page and command."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from metaads.models import AdAccount, Role
from optimization.api.access import WHICH, account_or_only, require_role
from optimization.api.action_fields import Money, major
from optimization.api.actions import said
from optimization.api.errors import Refused
from optimization.api.once import once
from optimization.api.params import Body
from optimization.api.rules import rule_of, user_of
from optimization.kinds import KINDS
from optimization.models import Action, Source
from optimization.queue.errors import Invalid, NotAllowed
from optimization.queue.reverting import MOST_HOURS, Wanted, look, revert


class RevertBody(Body):
    account = serializers.CharField(required=False, default="", help_text=WHICH)
    hours = serializers.FloatField(min_value=0.01, max_value=MOST_HOURS, help_text="How far back.")
    source = serializers.ChoiceField(Source.choices, required=False, default="")  # type: ignore[assignment]
    rule = serializers.UUIDField(required=False, allow_null=True, default=None)
    kind = serializers.ChoiceField([(key, kind.label) for key, kind in KINDS.items()], required=False, default="")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only say what would be undone.")


class Left(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    entity_name = serializers.CharField()
    reason = serializers.CharField()


class RevertAnswer(serializers.Serializer[Any]):
    """`undone`: ids of the changes that are put back; `undos`: of the actions that do it, none in a dry run."""

    dry_run = serializers.BooleanField()
    undone = serializers.ListField(child=serializers.UUIDField())
    undos = serializers.ListField(child=serializers.UUIDField())
    left = Left(many=True)
    effect_a_day = Money(help_text="Change of budgets a day in all, as far as known; null after the deed.")
    currency = serializers.CharField()


class RevertView(APIView):
    """The last hours, undone."""

    @extend_schema(operation_id="actions_revert", request=RevertBody, responses=RevertAnswer)
    @once
    def post(self, request: Request) -> Response:
        """Undoes what took effect in the last hours, newest first, each object by one write. Needs the role manager.

        What was changed since, or has no inverse, is left, with the reason. Asked twice, nothing is undone twice.
        """
        body = said(RevertBody, request)
        account = account_or_only(request, body["account"])
        require_role(request, account, Role.MANAGER)
        now = business_now(account)
        rule = rule_of(request, body["rule"]).pk if body["rule"] else None
        try:
            wanted = Wanted.last(body["hours"], now, source=body["source"], rule_id=rule, kind=body["kind"])
            if body["dry_run"]:
                seen = look(account, wanted, now)
                return _told(account, seen.undoes, [], seen.left, effect=seen.effect)
            done = revert(account, wanted, user_of(request), now)
        except NotAllowed as error:
            raise PermissionDenied(str(error)) from None
        except Invalid as error:
            raise Refused(str(error), "hours") from None
        undone = [one for undo in done.undos for one in [undo.undo_of, *undo.also_undid.all()] if one]
        return _told(account, undone, done.undos, done.left, effect=None)


def _told(account: AdAccount, undone: Any, undos: list[Action], left: Any, *, effect: int | None) -> Response:
    body = {
        "dry_run": effect is not None,
        "undone": [action.public_id for action in undone],
        "undos": [action.public_id for action in undos],
        "left": [{"id": one.public_id, "entity_name": one.entity_name, "reason": why} for one, why in left],
        "effect_a_day": major(effect, account.currency),
        "currency": account.currency,
    }
    return Response(RevertAnswer(body).data, status=status.HTTP_200_OK)
