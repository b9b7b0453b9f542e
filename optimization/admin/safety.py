"""Admin of kill switches and emergency stops; each saves through its door."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from metaads import switch
from metaads.models import SwitchState
from optimization.admin.base import BaseForm, KeptAdmin, user_of
from optimization.incident.selectors import rules_turned_off
from optimization.incident.stops import lift_stop
from optimization.models import EmergencyStop, Rule
from optimization.settings_doors import set_switch


class SwitchForm(BaseForm):
    class Meta:
        model = SwitchState
        fields = ("name", "on")
        widgets = {"name": forms.Select(choices=[(name, name) for name in settings.SWITCHES])}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name not in settings.SWITCHES:
            raise ValidationError(f"There is no switch {name}.")
        return name


@admin.register(SwitchState)
class SwitchStateAdmin(KeptAdmin):
    """Off here is off everywhere within seconds; on here cannot overrule the environment.

    It concerns every account, so it is for the installation's administrator, whatever permissions others hold.
    """

    form = SwitchForm
    list_display = ("name", "on", "in_force", "changed_at")
    actions = None

    @admin.display(description="in force")
    def in_force(self, obj: SwitchState) -> str:
        return switch.why_off(obj.name) or "on"

    def get_readonly_fields(self, request: HttpRequest, obj: SwitchState | None = None) -> tuple[str, ...]:
        return ("name",) if obj else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return user_of(request).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: SwitchState | None = None) -> bool:
        return user_of(request).is_superuser

    def save_model(self, request: HttpRequest, obj: SwitchState, form: Any, change: bool) -> None:
        set_switch(obj.name, obj.on, user_of(request), self.now())


class LiftForm(BaseForm):
    """A stop is set on the pages; here an administrator lifts it, with a reason."""

    lift = forms.BooleanField(required=False, label="Lift this stop now")

    class Meta:
        model = EmergencyStop
        fields = ("lift_reason",)
        widgets = {"lift_reason": forms.Textarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("lift") and not values.get("lift_reason", "").strip():
            raise ValidationError({"lift_reason": "Say why it is safe again."})
        return values


def _where(rule: Rule) -> str:
    return ", ".join(account.name for account in rule.accounts.all())


@admin.register(EmergencyStop)
class EmergencyStopAdmin(KeptAdmin):
    account_path = "account"
    form = LiftForm
    list_display = ("what", "reason", "set_at", "set_by", "lifted_at", "lifted_by")
    fields = (
        "account",
        "reason",
        "set_at",
        "set_by",
        "turned_off",
        "lifted_at",
        "lifted_by",
        "lift_reason",
        "lift",
    )
    readonly_fields = ("account", "reason", "set_at", "set_by", "turned_off", "lifted_at", "lifted_by")
    list_select_related = ("account", "set_by", "lifted_by")
    actions = None

    @admin.display(description="stops")
    def what(self, obj: EmergencyStop) -> str:
        return str(obj.account or "everything")

    @admin.display(description="rules it turned off")
    def turned_off(self, obj: EmergencyStop) -> SafeString:
        lines = [
            (reverse("admin:optimization_rule_change", args=[one.rule.pk]), one.rule.name, _where(one.rule), one.state)
            for one in rules_turned_off(obj)
        ]
        return format_html_join("", '<p><a href="{}">{}</a> {} ({})</p>', lines) or SafeString("none")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: EmergencyStop | None = None) -> bool:
        """Lifting is for admins of the account; a lifted stop is history."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or (obj.lifted_at is None and self.administers(request, obj.account)))

    def save_model(self, request: HttpRequest, obj: EmergencyStop, form: Any, change: bool) -> None:
        if form.cleaned_data.get("lift"):
            lift_stop(obj, user_of(request), self.now(obj.account), form.cleaned_data["lift_reason"])
            self.message_user(request, "Lifted. The rules it turned off stay off until you switch them on.", "success")
