"""[B]'s run: the optimiser looks now, at some campaigns or at all, and proposes what it wants."""

import time
from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from metaads.models import AdAccount, Campaign, Membership, Role
from metaads.switch import SwitchedOff
from optimization.api.access import require_role
from optimization.api.actions import said
from optimization.api.deciding import Conflict
from optimization.api.once import once
from optimization.api.params import Body
from optimization.api.rules import user_of
from optimization.cycle import run_optimizer
from optimization.optimizer.look import Ask
from optimization.optimizer.roas import LOOKBACKS

MOST = 1_000


class RunOptimizer(Body):
    campaign_ids = serializers.ListField(
        child=serializers.RegexField(r"^[0-9]{1,32}$"),
        required=False,
        allow_empty=True,
        max_length=MOST,
        help_text="Meta ids; none = every campaign of the accounts in which you are admin.",
    )
    lookback_days = serializers.ChoiceField(
        LOOKBACKS, required=False, help_text="Days that ROAS is read from; without it as the account is set."
    )


class OptimizerRun(serializers.Serializer[Any]):
    started = serializers.BooleanField(help_text="False: no account has fresh data, or a stop is in force.")
    processed_campaigns = serializers.IntegerField()
    actions_suggested = serializers.IntegerField(help_text="Proposed now; refreshed ones count.")
    execution_time_seconds = serializers.FloatField()


class RunView(APIView):
    """Ask the optimiser now."""

    @extend_schema(operation_id="meta_queue_run", request=RunOptimizer, responses=OptimizerRun)
    @once
    def post(self, request: Request) -> Response:
        """The optimiser looks at once, whatever its interval. What it wants goes through rails and queue as ever.

        Needs the role admin in the account of every campaign named. 409 while the optimiser is switched off.
        """
        asked, began = said(RunOptimizer, request), time.perf_counter()
        runs = []
        try:
            for account, campaigns in _where(request, asked.get("campaign_ids") or []).items():
                ask = Ask(campaigns, asked.get("lookback_days"))
                runs.append(run_optimizer(account, business_now(account), ask))
        except SwitchedOff as off:
            raise Conflict(str(off), "switched_off") from None
        done = [run.counts for run in runs if run is not None]
        body = {
            "started": bool(done),
            "processed_campaigns": sum(counts["campaigns"] for counts in done),
            "actions_suggested": sum(counts["proposed"] for counts in done),
            "execution_time_seconds": round(time.perf_counter() - began, 3),
        }
        return Response(OptimizerRun(body).data)


def _where(request: Request, campaign_ids: list[str]) -> Mapping[AdAccount, frozenset[str] | None]:
    """The accounts to look at, each with the campaigns of it that were named (None = all)."""
    live = AdAccount.objects.visible_to(request.user).watched().select_related("connection")
    if not campaign_ids:
        return dict.fromkeys(_administered(request, live), None)
    rows = Campaign.objects.filter(account__in=live, meta_id__in=campaign_ids).values_list("account_id", "meta_id")
    found: dict[int, set[str]] = {}
    for account_id, meta_id in rows:
        found.setdefault(account_id, set()).add(meta_id)
    missing = set(campaign_ids) - {meta_id for ids in found.values() for meta_id in ids}
    if missing:
        raise NotFound(f"There is no campaign {min(missing)} among those you may see.")
    accounts = {account: frozenset(found[account.pk]) for account in live.filter(pk__in=found)}
    for account in accounts:
        require_role(request, account, Role.ADMIN)
    return accounts


def _administered(request: Request, live: Any) -> list[AdAccount]:
    user = user_of(request)
    mine = Membership.objects.filter(user=user, role=Role.ADMIN).values("account")
    accounts = list(live if user.is_superuser else live.filter(pk__in=mine))
    if not accounts:
        raise PermissionDenied("This needs the role admin in an account.")
    return accounts
