"""What a manager does with goals from the pages, all by POST: switches, toggles, run now, creatives, removal."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from metaads.clock import business_now, machine_now
from metaads.models import AdAccount
from optimization import orchestrator
from optimization.models import Goal, GoalCreative
from optimization.orchestrator.creatives import approve_creative, pick_creative, pick_post, reject_creative
from optimization.orchestrator.goals import toggle
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.removing import remove_goal
from optimization.orchestrator.settings import save_settings, settings_of
from optimization.orchestrator.survey import answer
from optimization.views.goals import TOGGLES, user_of
from optimization.views.scope import scope_of

FOR_MANAGERS = "Changing goals is for managers of their ad account."


def goal_of(request: HttpRequest, public_id: UUID) -> Goal:
    """404 unless the user sees its account; the page is about that account then."""
    scope = scope_of(request)
    rows = Goal.objects.select_related("account__connection")
    goal = get_object_or_404(rows, public_id=public_id, account__in=scope.accounts)
    scope.narrow(goal.account)
    return goal


def goal_to_edit(request: HttpRequest, public_id: UUID) -> Goal:
    """The same; 403 below manager."""
    goal = goal_of(request, public_id)
    if not scope_of(request).may_decide(goal.account_id):
        raise PermissionDenied(FOR_MANAGERS)
    return goal


def account_asked(request: HttpRequest) -> AdAccount:
    """The account that a form names: 404 for one that the user does not see, 403 below manager."""
    scope, wanted = scope_of(request), request.POST.get("account", "")
    account = next((one for one in scope.accounts if str(one.pk) == wanted), None)
    if account is None:
        raise Http404("No such ad account.")
    if not scope.may_decide(account.pk):
        raise PermissionDenied(FOR_MANAGERS)
    scope.narrow(account)
    return account


def home(account: AdAccount) -> str:
    return f"{reverse('goals')}?account={account.pk}"


def _back(request: HttpRequest, goal: Goal) -> HttpResponse:
    """To the goal's page where the click was made there, else to the list."""
    own = request.POST.get("from") == "goal"
    return redirect("goal", goal.public_id) if own else redirect(home(goal.account))


@login_required
@require_POST
def switch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    goal, active = goal_to_edit(request, public_id), request.POST.get("active") == "1"
    try:
        toggle(goal, active, user_of(request), business_now(goal.account))
    except GoalRefused as refused:
        messages.error(request, f"{goal.name} stays off. {refused}")
    else:
        now = "is on. The next run plans for it." if active else "is off. What runs at Meta for it goes on."
        messages.success(request, f"{goal.name} {now}")
    return _back(request, goal)


@login_required
@require_POST
def set_toggle(request: HttpRequest) -> HttpResponse:
    """One of the account's toggles, saved at once."""
    account, name = account_asked(request), request.POST.get("name", "")
    if name not in TOGGLES:
        raise Http404("No such toggle.")
    row = settings_of(account)
    setattr(row, name, request.POST.get("on") == "1")
    try:
        save_settings(row, user_of(request), business_now(account))
    except GoalRefused as refused:
        messages.error(request, f"Nothing was changed. {refused}")
    else:
        messages.success(request, f"{TOGGLES[name][0]}: {'on' if getattr(row, name) else 'off'}.")
    return redirect(home(account))


@login_required
@require_POST
def run_now(request: HttpRequest) -> HttpResponse:
    account = account_asked(request)
    orchestrator.ask(account, business_now(account), user_of(request))
    messages.success(request, "The goals are being run. What comes of it stands under Last runs, and in the queue.")
    return redirect(f"{home(account)}#runs")


@login_required
@require_POST
def remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    goal = goal_to_edit(request, public_id)
    try:
        remove_goal(goal, user_of(request), business_now(goal.account))
    except GoalRefused as refused:
        messages.error(request, str(refused))
        return redirect("goal", public_id)
    messages.success(request, f"{goal.name} was removed.")
    return redirect(home(goal.account))


@login_required
@require_POST
def add_creative(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One of the account's creatives, or a post of its page, as a draft."""
    goal, asked = goal_to_edit(request, public_id), request.POST
    now, user, post = business_now(goal.account), user_of(request), asked.get("post", "").strip()
    try:
        if post:
            pick_post(goal, post, asked.get("name", "").strip() or f"Post {post}", user, now)
        elif asked.get("creative"):
            pick_creative(goal, asked["creative"], user, now)
        else:
            raise GoalRefused("Choose a creative, or give the id of a post.")
    except GoalRefused as refused:
        messages.error(request, f"Nothing was added. {refused}")
    else:
        messages.success(request, "Added as a draft. The goal uses it once it is approved.")
    return redirect(f"{reverse('goal', args=[public_id])}#creatives")


@login_required
@require_POST
def decide_creative(request: HttpRequest, public_id: UUID, creative: UUID) -> HttpResponse:
    goal = goal_to_edit(request, public_id)
    row = get_object_or_404(GoalCreative.objects.select_related("goal__account"), public_id=creative, goal=goal)
    row.goal = goal
    approve = request.POST.get("decision") == "approve"
    try:
        (approve_creative if approve else reject_creative)(row, user_of(request), business_now(goal.account))
    except GoalRefused as refused:
        messages.error(request, str(refused))
    else:
        making = " Making it at Meta waits for approval in the queue." if approve and not row.creative_id else ""
        messages.success(request, f"{row.name}: {'approved' if approve else 'rejected'}.{making}")
    return redirect(f"{reverse('goal', args=[public_id])}#creatives")


@login_required
@require_POST
def survey(request: HttpRequest) -> HttpResponse:
    """A score, or not now."""
    said = request.POST.get("score", "")
    if said and said not in {"1", "2", "3", "4", "5"}:
        raise Http404("No such answer.")
    answer(user_of(request), int(said) if said else None, machine_now())
    messages.success(request, "Thank you." if said else "You are asked again in a month.")
    return redirect("goals")
