"""/goals/: what an account wants more of, its toggles, the plan of a run, and the last runs step by step."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from metaads.clock import business_now, machine_now
from metaads.graph.money import from_minor
from metaads.models import AdAccount
from optimization import orchestrator
from optimization.models import Goal, GoalCreative
from optimization.orchestrator import selectors, survey
from optimization.orchestrator.ground import Ground
from optimization.orchestrator.plan import ground_of, why_not
from optimization.orchestrator.report import Report
from optimization.views.goal_runs import StepLine, Tile, plan_lines, run_lines, tiles
from optimization.views.live import version_of
from optimization.views.scope import Scope, scope_of

TOGGLES = {
    "auto_scale_winners": ("Auto-scale winners", "Raises of a scaling campaign whose cost per event holds."),
    "auto_pause_losers": ("Auto-pause losers", "Pauses of learning ad sets that spent and brought nothing."),
}
"""Field of the account's settings -> its name, and what need not wait for a person then (`queue.acting_alone`)."""
TABS = (("goals", "Goals"), ("goals-scoreboard", "Scoreboard"))


@dataclass(frozen=True)
class Line:
    """One goal. `budget`: major unit a day, None = it is off. `approved`: creatives that it may use."""

    goal: Goal
    budget: Decimal | None
    why_none: str
    approved: int
    drafts: int


@dataclass(frozen=True)
class Toggle:
    name: str
    label: str
    note: str
    on: bool


@dataclass(frozen=True)
class Plan:
    """A preview as the panel shows it."""

    report: Report
    tiles: list[Tile]
    lines: list[StepLine]


def choices(scope: Scope) -> list[AdAccount]:
    """Accounts to choose from, each with `n_goals` and `n_on`."""
    on = Count("goals", filter=Q(goals__active=True))
    rows = AdAccount.objects.filter(pk__in=scope.ids).annotate(n_goals=Count("goals"), n_on=on)
    return list(rows.order_by("name"))


def frame_of(scope: Scope, tab: str) -> dict[str, Any]:
    """What both pages show around their parts. `choose`: none is chosen; `may`: this user acts here."""
    account = scope.account
    return {
        "page": "goals",
        "version": version_of(scope),
        "tab": tab,
        "tabs": TABS,
        "may": account is not None and scope.may_decide(account.pk),
        "choose": choices(scope) if account is None else None,
    }


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (login_required; tells mypy)
    return request.user


@login_required
@require_GET
def goals(request: HttpRequest) -> HttpResponse:
    """`?plan=1` shows what a run would propose now."""
    scope = scope_of(request)
    context, account = frame_of(scope, "goals"), scope.account
    if account is not None:
        now = business_now(account)
        context |= _whole(account, now)
        context["ask"] = context["may"] and survey.is_due(user_of(request), machine_now())
        if request.GET.get("plan") == "1":
            report = orchestrator.preview(account, now)
            context["plan"] = Plan(report, tiles(report.summary), plan_lines(report))
    return render(request, "optimization/goals.html", context)


def _whole(account: AdAccount, now: datetime) -> dict[str, Any]:
    ground = ground_of(account, now)
    lines, row = goal_lines(ground), ground.row
    return {
        "lines": lines,
        "on": sum(line.goal.active for line in lines),
        "used": sum((line.budget or Decimal(0) for line in lines), Decimal(0)),
        "settings": row,
        "toggles": [Toggle(name, label, note, getattr(row, name)) for name, (label, note) in TOGGLES.items()],
        "why_not": why_not(ground) if lines else "",
        "runs": (found := run_lines(selectors.runs(account))),
        "running": any(one.state.live for one in found),
    }


def goal_lines(ground: Ground) -> list[Line]:
    """All goals of the account, those that matter most first."""
    account, shares, lines = ground.account, ground.shares, []
    for goal in selectors.goals(account):
        states = [one.state for one in goal.creatives.all()]
        share = shares.get(goal.pk)
        lines.append(
            Line(
                goal,
                from_minor(share.budget, account.currency) if share else None,
                share.why if share else "",
                states.count(GoalCreative.State.APPROVED),
                states.count(GoalCreative.State.DRAFT),
            )
        )
    return lines
