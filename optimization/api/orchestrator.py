"""[C]'s runs: run, preview, the log. In that design's words, which are camelCase (spec 70)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from metaads.models import AdAccount, Role
from optimization import orchestrator
from optimization.api.access import WHICH, account_of, account_or_only, require_role
from optimization.api.actions import Newest, said
from optimization.api.once import once
from optimization.api.params import Body, read
from optimization.api.rules import user_of
from optimization.models import OrchestratorRun, OrchestratorStep
from optimization.orchestrator.report import Step

COUNTS = {
    "campaignsCreated": "campaigns_created",
    "campaignsUpdated": "campaigns_updated",
    "winnersPromoted": "winners_promoted",
    "budgetsScaled": "budgets_scaled",
    "adsetsPaused": "adsets_paused",
}
"""[C]'s word -> `OrchestratorRun.counts`."""


class WhichAccount(Body):
    account = serializers.CharField(required=False, default="", help_text=WHICH)


class SummaryFields(serializers.Serializer[Any]):
    """What was proposed, or would be; nothing is done before approval."""

    campaignsCreated = serializers.IntegerField()
    campaignsUpdated = serializers.IntegerField(help_text="Existing campaigns that some step touches.")
    winnersPromoted = serializers.IntegerField()
    budgetsScaled = serializers.IntegerField()
    adsetsPaused = serializers.IntegerField()
    errors = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]  # the design's word


class StepFields(serializers.Serializer[Any]):
    """One thing that the run wanted, and what became of it."""

    type = serializers.ChoiceField(OrchestratorStep.Kind.choices)
    goalKey = serializers.CharField(allow_blank=True, help_text="Empty: of no single goal.")
    message = serializers.CharField()
    details = serializers.DictField()
    result = serializers.ChoiceField(
        OrchestratorStep.Result.choices,
        help_text="success: proposed, or would be. skipped: left out, see message.",
    )
    actionId = serializers.UUIDField(allow_null=True, help_text="The proposal; null = none.")


class GoalRunAnswer(serializers.Serializer[Any]):
    success = serializers.BooleanField(help_text="False: it could not run at all, or all of it failed.")
    runId = serializers.UUIDField()
    summary = SummaryFields()
    actionsCount = serializers.IntegerField(help_text="Steps, with those that were left out.")


class PlanAnswer(serializers.Serializer[Any]):
    """`runId` is null: a preview leaves nothing behind."""

    success = serializers.BooleanField()
    runId = serializers.UUIDField(allow_null=True)
    dryRun = serializers.BooleanField()
    summary = SummaryFields()
    actionsCount = serializers.IntegerField(help_text="Steps, with those that were left out.")
    actions = StepFields(many=True)


class RunRow(GoalRunAnswer):
    """One run of the log."""

    account = serializers.CharField(help_text="Meta id.")
    trigger = serializers.ChoiceField(OrchestratorRun.Trigger.choices)
    status = serializers.CharField(help_text="queued, running, completed, completed_with_errors or failed.")
    startedAt = serializers.DateTimeField()
    endedAt = serializers.DateTimeField(allow_null=True)

    def to_representation(self, instance: OrchestratorRun) -> dict[str, Any]:
        return dict(super().to_representation(told(instance)))


class RunWhole(RunRow):
    settings = serializers.DictField(help_text="Toggles, amounts and goals as they were.")
    actions = StepFields(many=True)


def summary(counts: Mapping[str, int], errors: Iterable[str]) -> dict[str, Any]:
    return {**{word: counts.get(name, 0) for word, name in COUNTS.items()}, "errors": list(errors)}


def told(run: OrchestratorRun) -> dict[str, Any]:
    """A run in [C]'s words. `n_steps`: the annotation of a list, which does not load the steps."""
    steps = list(run.steps.select_related("action")) if not hasattr(run, "n_steps") else []
    return {
        "success": run.state != OrchestratorRun.State.FAILED,
        "runId": run.public_id,
        "summary": summary(run.counts, run.errors),
        "actionsCount": getattr(run, "n_steps", len(steps)),
        "account": run.account.meta_id,
        "trigger": run.trigger,
        "status": run.state,
        "startedAt": run.started_at,
        "endedAt": run.ended_at,
        "settings": run.settings,
        "actions": [_stored(step) for step in steps],
    }


def _stored(step: OrchestratorStep) -> dict[str, Any]:
    told_of = {"type": step.kind, "goalKey": step.goal_key, "message": step.reason, "details": step.details}
    return {**told_of, "result": step.result, "actionId": step.action and step.action.public_id}


def _planned(step: Step) -> dict[str, Any]:
    told_of = {"type": step.type, "goalKey": step.goal_key, "message": step.message, "details": step.details}
    return {**told_of, "result": step.result, "actionId": step.action or None}


class RunView(APIView):
    """Run my goals now."""

    @extend_schema(operation_id="orchestrator_run", request=WhichAccount, responses=GoalRunAnswer)
    def post(self, request: Request) -> Response:
        """Plans for each active goal and proposes; nothing changes at Meta before approval. Needs the role manager.

        It may ask Meta whether a template would do, so it is no transaction: what a repeated key keeps is its moment,
        and a run of the same moment is the same run.
        """
        account = account_or_only(request, said(WhichAccount, request)["account"])
        require_role(request, account, Role.MANAGER)
        moment = parse_datetime(self._moment(request, business_now(account)).data["at"])
        assert moment is not None  # noqa: S101  (our own text; tells mypy)
        run = orchestrator.run(account, moment, OrchestratorRun.Trigger.USER, user_of(request))
        return Response(GoalRunAnswer(told(run)).data)

    @once
    def _moment(self, request: Request, now: datetime) -> Response:
        return Response({"at": now.isoformat()})


class PreviewView(APIView):
    """Preview plan."""

    @extend_schema(operation_id="orchestrator_preview", request=WhichAccount, responses=PlanAnswer)
    def post(self, request: Request) -> Response:
        """What a run would propose now, and what the guard rails would say. Writes nothing, calls nobody."""
        account = account_or_only(request, said(WhichAccount, request)["account"])
        report = orchestrator.preview(account, business_now(account))
        body = {
            "success": not report.errors or any(step.type != OrchestratorStep.Kind.ERROR for step in report.steps),
            "runId": None,
            "dryRun": report.dry_run,
            "summary": summary(report.summary, report.errors),
            "actionsCount": len(report.steps),
            "actions": [_planned(step) for step in report.steps],
        }
        return Response(PlanAnswer(body).data)


class Asked(serializers.Serializer[Any]):
    account = serializers.CharField(required=False, help_text="Meta id of an ad account; without it all that you see.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500)
    cursor = serializers.CharField(required=False)


def visible_runs(request: Request) -> QuerySet[OrchestratorRun]:
    visible = AdAccount.objects.visible_to(request.user)
    return OrchestratorRun.objects.filter(account__in=visible).select_related("account")


class Runs(generics.ListAPIView[OrchestratorRun]):
    """The run log, newest first."""

    serializer_class = RunRow
    pagination_class = Newest
    filter_backends = ()
    queryset = OrchestratorRun.objects.none()

    @extend_schema(operation_id="orchestrator_runs", parameters=[Asked])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[OrchestratorRun]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        asked = read(Asked, self.request)
        rows = visible_runs(self.request)
        if "account" in asked:
            rows = rows.filter(account=account_of(self.request, asked["account"]))
        return rows.annotate(n_steps=Count("steps")).defer("settings")


class OneRun(APIView):
    """One run with its steps."""

    @extend_schema(operation_id="orchestrator_one_run", responses=RunWhole)
    def get(self, request: Request, id: UUID) -> Response:
        run = visible_runs(request).filter(public_id=id).first()
        if run is None:
            raise NotFound(f"There is no run {id} among those you may see.")
        return Response(RunWhole(run).data)
