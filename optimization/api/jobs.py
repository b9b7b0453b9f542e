"""Long work over the API: a back-test or a simulation is asked for (202 and a job id), looked at, cancelled."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from metaads.models import AdAccount, Level
from optimization import jobs
from optimization.api.access import account_of
from optimization.api.errors import Refused
from optimization.api.once import once
from optimization.api.params import Body, DayField
from optimization.api.rule_looks import account_for
from optimization.api.rules import rule_of, user_of
from optimization.models import Job

STATES = Job.State.choices
BACKTEST, SIMULATE = "backtest", "simulate"
MOST_RULES, MOST_DAYS = 50, 30


class JobFields(serializers.Serializer[Any]):
    """`progress` from 0 to 1; `note`: what it does now, or why it ended."""

    job_id = serializers.UUIDField(source="public_id")
    kind = serializers.CharField()
    account = serializers.CharField(source="account.meta_id")
    state = serializers.ChoiceField(Job.State.choices)
    progress = serializers.FloatField()
    note = serializers.CharField(allow_blank=True)
    parameters = serializers.DictField()
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class JobAnswer(JobFields):
    result = serializers.DictField(help_text="Empty until it is done.")


class JobFilter(django_filters.FilterSet):  # type: ignore[misc]
    account = django_filters.CharFilter(field_name="account__meta_id", label="Meta id of the ad account")
    kind = django_filters.CharFilter(label="backtest or simulate")
    state = django_filters.ChoiceFilter(choices=Job.State.choices, label="State")


class Jobs(generics.ListAPIView[Job]):
    """Back-tests and simulations of your accounts, without their results."""

    serializer_class = JobFields
    filterset_class = JobFilter
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        return jobs.visible_jobs(self.request.user)


def job_of(request: Request, public_id: UUID, kind: str | None = None) -> Job:
    """Raises NotFound for a job of an account that the caller may not see, or of another kind."""
    job = jobs.visible_jobs(request.user, kind).filter(public_id=public_id).first()
    if job is None:
        raise NotFound(f"There is no such job {public_id} among those you may see.")
    return job


class JobView(APIView):
    """One job with its result."""

    kind: str | None = None

    @extend_schema(operation_id="job", responses=JobAnswer)
    def get(self, request: Request, id: UUID) -> Response:
        return Response(JobAnswer(job_of(request, id, self.kind)).data)


class CancelView(APIView):
    """The end of a job."""

    kind: str | None = None

    @extend_schema(operation_id="job_cancel", request=None, responses=JobAnswer)
    @once
    def post(self, request: Request, id: UUID) -> Response:
        """A waiting job ends at once, a running one at its next step; one that has ended stays as it is."""
        job = job_of(request, id, self.kind)
        return Response(JobAnswer(jobs.cancel(job, user_of(request), business_now(job.account))).data)


class SimulationView(JobView):
    """One simulation: its progress, then ROAS, CPA, CTR, CPC and waste with the rules and without."""

    kind = SIMULATE

    @extend_schema(operation_id="simulation", responses=JobAnswer)
    def get(self, request: Request, id: UUID) -> Response:
        return super().get(request, id)


class SimulationCancel(CancelView):
    """The end of a simulation."""

    kind = SIMULATE

    @extend_schema(operation_id="simulation_cancel", request=None, responses=JobAnswer)
    def post(self, request: Request, id: UUID) -> Response:
        return super().post(request, id)


def started(request: Request, kind: str, account: AdAccount, parameters: Mapping[str, Any]) -> Response:
    """202 with the job; asked for again while it is open, the same job."""
    try:
        job = jobs.start(kind, account, parameters, user_of(request), business_now(account))
    except jobs.JobRefused as refused:
        raise Refused(str(refused), refused.field) from refused
    return Response(JobAnswer(job).data, status=status.HTTP_202_ACCEPTED)


class BacktestBody(Body):
    account = serializers.CharField(
        required=False, default="", help_text="Meta id; may be left out where the rule covers a single one of yours."
    )
    since = DayField(help_text="First account day.")
    until = DayField(help_text="Last account day, included.")
    campaign = serializers.CharField(required=False, max_length=32, help_text="Meta id: only what is in it.")
    mode = serializers.ChoiceField(
        ("approve_all", "as_recorded"), required=False, default="approve_all",
        help_text="As if everything had been approved, or as it was decided then.",
    )  # fmt: skip
    document = serializers.DictField(required=False, help_text="A new text of the rule, to try it before saving.")


class BacktestView(APIView):
    """A rule on the past, with data as they were known then."""

    @extend_schema(
        operation_id="rule_backtest",
        request=BacktestBody,
        responses={202: JobAnswer},
        examples=[OpenApiExample("Two weeks", {"since": "2026-11-01", "until": "2026-11-14"}, request_only=True)],
    )
    @once
    def post(self, request: Request, id: UUID) -> Response:
        """Asks for a back-test: look at the job for its progress, then every firing and what it would have cut."""
        asked = BacktestBody(data=request.data)
        asked.is_valid(raise_exception=True)
        said, rule = asked.validated_data, rule_of(request, id)
        parameters = {name: said[name] for name in ("since", "until", "campaign", "mode") if name in said}
        if "document" in said:
            parameters |= {"document": said["document"], "level": rule.level}
        else:
            parameters["rules"] = [rule.public_id]
        return started(request, BACKTEST, account_for(request, rule, said["account"]), parameters)


class UnsavedRule(Body):
    level = serializers.ChoiceField(Level.choices)
    document = serializers.DictField()


class SimulateBody(Body):
    """Either `rule_ids` or `rule`."""

    rule_ids = serializers.ListField(child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST_RULES)
    rule = UnsavedRule(required=False)
    account = serializers.CharField(help_text="Meta id: its currency and zone, and what the sandbox resembles.")
    days = serializers.IntegerField(required=False, default=7, min_value=1, max_value=MOST_DAYS)
    seed = serializers.IntegerField(required=False, default=7, min_value=0, max_value=2**31 - 1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("rule_ids" in attrs) == ("rule" in attrs):
            raise serializers.ValidationError({"rule_ids": "Give either rule_ids or a rule, not both."})
        return attrs


class SimulateView(APIView):
    """Rules in closed loop against the sandbox."""

    @extend_schema(
        operation_id="simulate",
        request=SimulateBody,
        responses={202: JobAnswer},
        examples=[
            OpenApiExample(
                "Two rules",
                {
                    "rule_ids": ["5f0c4f6e-3b1e-4b8e-9d3a-0d1f1c2b3a4d", "8a3e2f10-64b0-4a35-8f0c-7a6a1e0b9c5d"],
                    "account": "101550000000007",
                    "days": 14,
                    "seed": 7,
                },
                request_only=True,
            )
        ],
    )
    @once
    def post(self, request: Request) -> Response:
        """Asks for the same sandbox twice, with the rules and without: 202 and a job id."""
        asked = SimulateBody(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        account = account_of(request, said["account"])
        parameters: dict[str, Any] = {"days": said["days"], "seed": said["seed"]}
        if "rule" in said:
            parameters |= dict(said["rule"])
        else:
            parameters["rules"] = [str(rule_of(request, one).public_id) for one in said["rule_ids"]]
        return started(request, SIMULATE, account, parameters)
