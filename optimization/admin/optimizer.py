"""Admin of how the optimiser works: the installation's row and those of accounts."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from optimization.admin.base import BaseForm, GovernedAdmin, user_of
from optimization.models import OptimizerSettings
from optimization.optimizer import presets
from optimization.settings_doors import save_optimizer

BOUNDS: dict[str, tuple[float, float]] = {
    "interval_seconds": (60, 604_800),
    "scale_up_min_roas": (0, 1000),
    "scale_down_max_roas": (0, 1000),
    "pause_roas": (0, 1000),
    "break_even_roas": (0, 1000),
    "max_daily_change_percent": (0, 1000),
    "reallocate_ratio": (1.01, 1000),
    "reallocate_members": (2, 200),
    "canary_percent": (0, 100),
}
LOOKBACKS = (3, 7, 14, 30)


class OptimizerForm(BaseForm):
    """A slip of the finger must not open a door: each figure within its bounds, and the marks in their order."""

    apply_preset = forms.ChoiceField(
        required=False,
        choices=[("", "None: as entered below"), *presets.choices()],
        help_text="Sets what it names, over what is entered below. The stages set limits and switches instead.",
    )

    class Meta:
        model = OptimizerSettings
        fields = ("account", "apply_preset", "enabled", "mode", "method", "lookback_days", *BOUNDS)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        odd = {
            name: f"{values[name]} is outside {least:g} to {most:g}."
            for name, (least, most) in BOUNDS.items()
            if values.get(name) is not None and not least <= values[name] <= most
        }
        if values.get("lookback_days") not in (None, *LOOKBACKS):
            odd["lookback_days"] = "One of 3, 7, 14, 30."
        marks = [values.get(name) for name in ("pause_roas", "scale_down_max_roas", "scale_up_min_roas")]
        said = [mark for mark in marks if mark is not None]
        chosen = values.get("apply_preset")
        if chosen and values.get("account", self.instance.account) and not presets.PRESETS[chosen].optimizer:
            odd["apply_preset"] = "A stage is for the whole installation: choose it in the row without an account."
        if said != sorted(said):
            odd["scale_up_min_roas"] = "Pause must be at or below scale down, and that at or below scale up."
        if odd:
            raise ValidationError(odd)
        return values


@admin.register(OptimizerSettings)
class OptimizerSettingsAdmin(GovernedAdmin):
    """Empty = the installation's row, then the environment's default. The row without an account is the
    installation's, and its administrator's alone."""

    account_path = "account"
    form = OptimizerForm
    list_display = ("__str__", "enabled", "mode", "method", "preset", "interval_seconds", "canary_percent")
    list_select_related = ("account",)
    readonly_fields: ClassVar[Any] = ("preset",)

    def get_readonly_fields(self, request: HttpRequest, obj: OptimizerSettings | None = None) -> tuple[str, ...]:
        return ("account", "preset") if obj else ("preset",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "account" in form.base_fields:
            form.base_fields["account"].required = not user_of(request).is_superuser
        return form

    def save_model(self, request: HttpRequest, obj: OptimizerSettings, form: Any, change: bool) -> None:
        now = self.now(obj.account)
        save_optimizer(obj, user_of(request), now)
        chosen = form.cleaned_data.get("apply_preset")
        for line in presets.apply(chosen, obj.account, user_of(request), now) if chosen else ():
            self.message_user(request, line)

    def has_delete_permission(self, request: HttpRequest, obj: OptimizerSettings | None = None) -> bool:
        return False
