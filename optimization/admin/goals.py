"""Admin of goals, their creatives and the orchestrator's settings; its run log is to be read."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from metaads.clock import business_now
from optimization.admin.base import BaseForm, GovernedAdmin, ReadOnlyAdmin, user_of
from optimization.models import (
    Goal,
    GoalCreative,
    GoalObject,
    OrchestratorRun,
    OrchestratorSettings,
    OrchestratorStep,
    SurveyAnswer,
)
from optimization.orchestrator.goals import can_go_on, checked, save_goal
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.settings import checked_settings, save_settings
from optimization.orchestrator.templates import ALL


class GoalForm(BaseForm):
    class Meta:
        model = Goal
        fields = ("account", "key", "name", "signal", "priority", "budget_hint", "learning_share", "template")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = ", ".join(one.key for one in ALL)
        for name, words in {"key": f"Shipped: {keys}.", "template": "Empty: as its key is shipped."}.items():
            if name in self.fields:
                self.fields[name].help_text, self.fields[name].required = words, name == "key"

    def clean(self) -> dict[str, Any]:
        """What the service would refuse is said on the page."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors:
            goal = Goal(key=self.instance.key, template={})
            for name, value in values.items():
                setattr(goal, name, value)
            try:
                values["template"] = checked(goal).template
                if self.instance.pk and self.instance.active:
                    can_go_on(self.instance, goal, business_now(self.instance.account))
            except GoalRefused as refused:
                raise ValidationError(str(refused)) from None
        return values


@admin.register(Goal)
class GoalAdmin(GovernedAdmin):
    """Switched on and off by the services alone, for they ask whether its signal ever occurred."""

    account_path = "account"
    list_display = ("name", "account", "key", "signal", "priority", "budget_hint", "active")
    list_filter = ("active", "key", "account")
    list_select_related = ("account",)
    form = GoalForm
    fields = (*GoalForm.Meta.fields, "active", "template_checked_at", "template_problem")
    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: Goal | None = None) -> tuple[str, ...]:
        told = ("active", "template_checked_at", "template_problem")
        return ("account", "key", *told) if obj else told

    def has_delete_permission(self, request: HttpRequest, obj: Goal | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Goal, form: Any, change: bool) -> None:
        save_goal(obj, user_of(request), self.now(obj.account))


class SettingsForm(BaseForm):
    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not self.errors:
            row = OrchestratorSettings()
            for name, value in values.items():
                setattr(row, name, value)
            try:
                checked_settings(row)
            except GoalRefused as refused:
                raise ValidationError(str(refused)) from None
        return values


@admin.register(OrchestratorSettings)
class OrchestratorSettingsAdmin(GovernedAdmin):
    """Empty amounts are filled with the shipped ones, converted, when the row is made."""

    account_path = "account"
    list_display = ("account", "auto_scale_winners", "auto_pause_losers", "global_daily_budget", "max_daily_budget")
    list_select_related = ("account",)
    form = SettingsForm
    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: OrchestratorSettings | None = None) -> tuple[str, ...]:
        return ("account", "last_run_at") if obj else ("last_run_at",)

    def has_delete_permission(self, request: HttpRequest, obj: OrchestratorSettings | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: OrchestratorSettings, form: BaseForm, change: bool) -> None:
        save_settings(obj, user_of(request), self.now(obj.account))


@admin.register(GoalCreative)
class GoalCreativeAdmin(ReadOnlyAdmin):
    account_path = "goal__account"
    list_display = ("name", "goal", "state", "origin", "creative_id", "decided_by", "decided_at")
    list_filter = ("state", "origin", "goal__account")
    list_select_related = ("goal__account", "decided_by")


@admin.register(GoalObject)
class GoalObjectAdmin(ReadOnlyAdmin):
    account_path = "goal__account"
    list_display = ("goal", "role", "level", "meta_id", "campaign_id", "group", "promoted_from", "made_at")
    list_filter = ("role", "level", "goal__account")
    list_select_related = ("goal__account",)


@admin.register(OrchestratorRun)
class OrchestratorRunAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("account", "trigger", "user", "started_at", "ended_at", "state")
    list_filter = ("state", "trigger", "account")
    list_select_related = ("account", "user")


@admin.register(OrchestratorStep)
class OrchestratorStepAdmin(ReadOnlyAdmin):
    account_path = "run__account"
    list_display = ("run", "goal_key", "kind", "result", "reason", "action")
    list_filter = ("kind", "result", "run__account")
    list_select_related = ("run__account", "action")


@admin.register(SurveyAnswer)
class SurveyAnswerAdmin(ReadOnlyAdmin):
    """What a user says is for the installation's administrator alone."""

    list_display = ("user", "asked_at", "answered_at", "score")
    list_select_related = ("user",)
