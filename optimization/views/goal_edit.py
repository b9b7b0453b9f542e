"""Setting a goal up: choose a shipped one, say what counts and what it may spend, pick creatives; shared assets."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from metaads.clock import business_now
from metaads.models import AdAccount, Creative
from optimization.models import Goal, OrchestratorSettings
from optimization.orchestrator.core_signal import WEEK, Readings
from optimization.orchestrator.goals import make_goal, save_goal, signal_count
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.settings import save_settings, settings_of
from optimization.orchestrator.templates import ALL
from optimization.views.goal_doors import FOR_MANAGERS, goal_of, goal_to_edit, home
from optimization.views.goals import user_of
from optimization.views.live import version_of
from optimization.views.scope import scope_of

if TYPE_CHECKING:  # Generic for mypy alone: at run time Django's form takes no parameter.
    GoalBase = forms.ModelForm[Goal]
    SettingsBase = forms.ModelForm[OrchestratorSettings]
else:
    GoalBase = SettingsBase = forms.ModelForm

MOST_CREATIVES = 100
PRIORITIES = [(5, "5, matters most"), (4, "4"), (3, "3"), (2, "2"), (1, "1, matters least")]


class GoalForm(GoalBase):
    priority = forms.TypedChoiceField(coerce=int, choices=PRIORITIES)

    class Meta:
        model = Goal
        fields = ("name", "signal", "priority", "budget_hint", "learning_share")
        labels = {"signal": "What counts", "budget_hint": "Budget a day", "learning_share": "Share for learning"}
        help_texts = {
            "signal": "An action type, a pixel's event as the account reports it, or an insights field.",
            "budget_hint": "In the account's currency. Empty: its part of the total, by priority.",
            "learning_share": "A fraction such as 0.7, once it scales. Empty: the account's.",
        }


class CountriesField(forms.CharField):
    """`DE, AT` <-> ["DE", "AT"]."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return [one.strip().upper() for one in text.split(",") if one.strip()]


class SettingsForm(SettingsBase):
    countries = CountriesField(
        required=False, help_text="Where goals advertise: two letters each, separated by commas, such as DE, AT."
    )

    class Meta:
        model = OrchestratorSettings
        fields = (
            *("global_daily_budget", "max_daily_budget", "countries", "page_id", "instagram_id", "pixel_id"),
            *("application_id", "object_store_url", "dsa_payor", "dsa_beneficiary"),
        )
        labels = {
            "global_daily_budget": "Budget a day of all goals together",
            "max_daily_budget": "Never more a day",
            "page_id": "Facebook page (id)",
            "instagram_id": "Instagram account (id)",
            "pixel_id": "Pixel (id)",
            "application_id": "App (id)",
            "object_store_url": "The app's page in its store",
            "dsa_payor": "Payer, for ads in the EU",
            "dsa_beneficiary": "Beneficiary, for ads in the EU",
        }
        help_texts = {
            "object_store_url": "",
            "dsa_payor": "Meta asks for both.",
            "dsa_beneficiary": "Whom the ads are for, often the same.",
        }
        widgets = {"object_store_url": forms.TextInput()}


def _wrong(form: GoalForm | SettingsForm, refused: GoalRefused) -> None:
    """Its text names the field, where one is at fault."""
    field, _, words = str(refused).partition(": ")
    known = field in form.fields
    form.add_error(field if known else None, words if known else str(refused))


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The shipped goals, each with how often its signal occurred."""
    scope = scope_of(request)
    account = scope.account
    if not scope.decides_somewhere:
        raise PermissionDenied(FOR_MANAGERS)
    if account is None:
        return redirect("goals")
    now, error = business_now(account), ""
    if request.method == "POST":
        try:
            made = make_goal(account, request.POST.get("key", ""), user_of(request), now)
        except GoalRefused as refused:
            error = str(refused)
        else:
            messages.success(request, f"{made.name} is there, still off. Pick its creatives, then switch it on.")
            return redirect("goal", made.public_id)
    readings, have = Readings(account, now, WEEK), set(account.goals.values_list("key", flat=True))
    offered = [(one, readings.count(one.signal)) for one in ALL if one.key not in have]
    context = {"page": "goals", "version": version_of(scope), "offered": offered, "error": error}
    return render(request, "optimization/goal_new.html", context, status=422 if error else 200)


@login_required
@require_http_methods(["GET", "POST"])
def goal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One goal: to be read by all who see the account, to be changed by its managers."""
    held = goal_to_edit(request, public_id) if request.method == "POST" else goal_of(request, public_id)
    scope, now = scope_of(request), business_now(held.account)
    form = GoalForm(request.POST if request.method == "POST" else None, instance=held)
    if request.method == "POST" and form.is_valid():
        try:
            save_goal(form.save(commit=False), user_of(request), now)
        except GoalRefused as refused:
            _wrong(form, refused)
        else:
            messages.success(request, f"{held.name} is saved.")
            return redirect("goal", public_id)
    shown = goal_of(request, public_id)
    context = {
        "page": "goals",
        "version": version_of(scope),
        "goal": shown,
        "form": form,
        "may": scope.may_decide(shown.account_id),
        "count": signal_count(shown, now),
        "creatives": shown.creatives.select_related("action", "decided_by"),
        "offered": _offered(shown),
        "made": shown.objects_made.filter(level="campaign"),
        "home": home(shown.account),
    }
    return render(request, "optimization/goal.html", context, status=422 if form.errors else 200)


def _offered(goal: Goal) -> list[tuple[str, str]]:
    """(Meta id, name) of the account's newest creatives that the goal does not have."""
    have = goal.creatives.exclude(creative_id="").values_list("creative_id", flat=True)
    rows = Creative.objects.filter(account=goal.account, deleted_at=None).exclude(meta_id__in=have).order_by("-pk")
    return [(one.meta_id, one.name or one.title or one.meta_id) for one in rows[:MOST_CREATIVES]]


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """What all goals of the account share: money, where they advertise, whom they speak for."""
    scope = scope_of(request)
    account = scope.account
    if not scope.decides_somewhere:
        raise PermissionDenied(FOR_MANAGERS)
    if account is None:
        return redirect("goals")
    form = SettingsForm(request.POST if request.method == "POST" else None, instance=settings_of(account))
    if request.method == "POST" and form.is_valid() and _kept(request, form, account):
        return redirect("goals")
    context = {"page": "goals", "version": version_of(scope), "form": form, "account": account}
    return render(request, "optimization/goal_settings.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, form: SettingsForm, account: AdAccount) -> bool:
    try:
        save_settings(form.save(commit=False), user_of(request), business_now(account))
    except GoalRefused as refused:
        _wrong(form, refused)
        return False
    messages.success(request, f"Saved for the goals of {account.name}.")
    return True
