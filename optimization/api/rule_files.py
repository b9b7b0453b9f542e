"""Rules as files: written as YAML, read as a plan, and done only as a whole."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.api.access import account_of
from optimization.api.errors import Several
from optimization.api.exports import FileView
from optimization.api.once import once
from optimization.api.params import Body, read
from optimization.api.rule_fields import Moved
from optimization.api.rules import user_of
from optimization.rules.selectors import reach_of, visible_rules
from optimization.rules.yaml_files import ImportRefused, Plan, Planned, export_rules, import_rules, read_rules

LONGEST = 1_000_000


class ExportQuery(serializers.Serializer[Any]):
    account = serializers.CharField(required=False, default="", help_text="Meta id; default: all of yours.")


class RulesExport(FileView):
    """Rules as a YAML file for git, without archived ones and those that also cover an account you may not see."""

    @extend_schema(
        operation_id="rules_export",
        parameters=[ExportQuery],
        responses={(200, "application/yaml"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> HttpResponse:
        meta_id = read(ExportQuery, request)["account"]
        account = account_of(request, meta_id) if meta_id else None
        reach = reach_of(request.user)
        rules = visible_rules(request.user).filter(archived_at__isnull=True).prefetch_related("accounts")
        whole = [rule for rule in rules if not reach.hidden(rule)]
        chosen = [rule for rule in whole if account is None or account in rule.accounts.all()]
        name = {"Content-Disposition": 'attachment; filename="rules.yaml"'}
        return HttpResponse(export_rules(chosen), content_type="application/yaml", headers=name)


class ImportBody(Body):
    yaml = serializers.CharField(max_length=LONGEST, trim_whitespace=False)
    apply = serializers.BooleanField(required=False, default=False, help_text="False: only say what would be done.")
    seen = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=64,
        help_text="The plan's digest as it was shown: if rules changed meanwhile, nothing is done.",
    )  # fmt: skip


class ItemFields(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    does = serializers.CharField(help_text="create, change or nothing.")
    changes = serializers.ListField(child=serializers.CharField())
    says = serializers.CharField(help_text="The rule in plain words.")
    accounts = serializers.ListField(child=serializers.CharField())


class ProblemFields(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    place = serializers.CharField(allow_blank=True)
    message = serializers.CharField()


class ImportAnswer(serializers.Serializer[Any]):
    sound = serializers.BooleanField(help_text="False: with a problem nothing at all can be done.")
    applied = serializers.BooleanField()
    seen = serializers.CharField()
    items = ItemFields(many=True)
    problems = ProblemFields(many=True)


class BadFile(Several):
    """The file has problems and was to be applied."""

    default_code = "file_invalid"
    default_detail = "The file has problems: see field_errors. Nothing was changed."


class RulesImport(APIView):
    """A file of rules."""

    @extend_schema(operation_id="rules_import", request=ImportBody, responses=ImportAnswer)
    @once
    def post(self, request: Request) -> Response:
        """Says what the file would do and every problem with its line; with `apply`, does all of it or nothing."""
        asked = ImportBody(data=request.data)
        asked.is_valid(raise_exception=True)
        said, reach = asked.validated_data, reach_of(request.user)
        accounts = AdAccount.objects.all() if reach.everywhere else AdAccount.objects.filter(pk__in=reach.decides)
        if not reach.everywhere and not reach.decides:
            raise PermissionDenied("Importing rules is for managers of an account.")
        plan = read_rules(said["yaml"], accounts, everything=reach.everywhere)
        if said["apply"]:
            self._apply(request, plan, said["seen"])
        body = {"sound": plan.sound, "applied": said["apply"], "seen": plan.seen, "problems": plan.problems}
        return Response(ImportAnswer({**body, "items": [_item(item) for item in plan.items]}).data)

    def _apply(self, request: Request, plan: Plan, seen: str) -> None:
        if not plan.sound:
            fields: dict[str, list[str]] = {}
            for problem in plan.problems:
                fields.setdefault(problem.place or "yaml", []).append(f"line {problem.line}: {problem.message}")
            raise BadFile(fields)
        if seen and seen != plan.seen:
            raise Moved
        try:
            import_rules(plan, user_of(request), business_now())
        except ImportRefused:
            raise Moved from None


def _item(item: Planned) -> dict[str, Any]:
    entry, rule = item.entry, item.rule
    return {
        "id": rule.public_id if rule else entry.id,
        "name": entry.name,
        "does": item.does,
        "changes": item.changes,
        "says": item.says,
        "accounts": [account.meta_id for account in item.accounts],
    }
