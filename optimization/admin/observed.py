"""Admin of what was observed: read-only, packed columns are not shown raw. Targets are edited through their door."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from intelligence.metrics.targets import BadTarget
from intelligence.models import Freshness, Reading, Snapshot, StoredFrame, Target
from metaads.models import Campaign
from optimization.admin.base import BaseForm, GovernedAdmin, ReadOnlyAdmin, user_of
from optimization.settings_doors import save_target


class ObservedAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_select_related = ("account",)
    list_filter = ("level", "account")


@admin.register(Reading)
class ReadingAdmin(ObservedAdmin):
    list_display = ("account", "level", "window", "day", "read_at", "confirmed_at", "rows")
    exclude = ("packed",)
    date_hierarchy = "day"


@admin.register(StoredFrame)
class StoredFrameAdmin(ObservedAdmin):
    list_display = ("account", "level", "at", "read_at", "rows")
    exclude = ("packed",)


@admin.register(Snapshot)
class SnapshotAdmin(ObservedAdmin):
    list_display = ("account", "level", "entity_id", "hour", "hours", "spend", "impressions", "conversions")
    search_fields = ("entity_id",)


@admin.register(Freshness)
class FreshnessAdmin(ObservedAdmin):
    list_display = ("account", "level", "read_at", "history_from", "problem")


class TargetForm(BaseForm):
    class Meta:
        model = Target
        fields = ("account", "campaign_id", "target_cpa", "target_roas")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        account, campaign_id = values.get("account"), values.get("campaign_id")
        if account and campaign_id and not Campaign.objects.filter(account=account, meta_id=campaign_id).exists():
            raise ValidationError({"campaign_id": f"{account} has no campaign {campaign_id}. Give its Meta id."})
        if values.get("target_cpa") is None and values.get("target_roas") is None:
            raise ValidationError("Give a target CPA, a target ROAS or both; delete the target to have none.")
        return values


@admin.register(Target)
class TargetAdmin(GovernedAdmin):
    """Saved through the door that writes the ledger."""

    form = TargetForm
    account_path = "account"
    list_display = ("account", "campaign_id", "target_cpa", "target_roas", "currency")
    list_filter = ("account",)
    list_select_related = ("account",)
    actions = None

    @admin.display(description="currency")
    def currency(self, obj: Target) -> str:
        return obj.account.currency

    def get_readonly_fields(self, request: HttpRequest, obj: Target | None = None) -> tuple[str, ...]:
        return ("account", "campaign_id") if obj else ()

    def save_model(self, request: HttpRequest, obj: Target, form: Any, change: bool) -> None:
        try:
            saved = save_target(
                obj.account,
                obj.campaign_id,
                obj.target_cpa,
                obj.target_roas,
                user_of(request),
                self.now(obj.account),
            )
        except BadTarget as error:
            self.message_user(request, str(error), "error")
            return
        if saved:
            obj.pk = saved.pk

    def delete_model(self, request: HttpRequest, obj: Target) -> None:
        save_target(obj.account, obj.campaign_id, None, None, user_of(request), self.now(obj.account))
