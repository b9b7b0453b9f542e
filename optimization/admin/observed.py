"""Admin of what was observed: read-only, packed columns are not shown raw. Targets are edited through their door."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from intelligence.metrics.targets import BadTarget, why_no_target
from intelligence.models import (
    CreativeDay,
    DayProfile,
    EntityTag,
    Freshness,
    HourBlock,
    Reading,
    State,
    StoredFrame,
    Target,
    Week,
)
from intelligence.snapshots import Snapshot, snapshots_in
from optimization.admin.base import BaseForm, GovernedAdmin, ReadOnlyAdmin, user_of
from optimization.settings_doors import save_target

SHOWN = 200
SHOWN_COLUMNS = ("entity_id", "spend", "impressions", "clicks", "conversions", "conversion_value", "delivery", "cause")


class ObservedAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_select_related = ("account",)
    list_filter: ClassVar[Any] = ("level", "account")


@admin.register(EntityTag)
class EntityTagAdmin(ObservedAdmin):
    """Tags are given on the entity's own page."""

    list_display = ("account", "level", "entity_id", "tag")
    search_fields = ("tag", "entity_id")


@admin.register(Reading)
class ReadingAdmin(ObservedAdmin):
    list_display = ("account", "level", "window", "day", "read_at", "confirmed_at", "rows")
    exclude = ("packed",)
    date_hierarchy = "day"


@admin.register(StoredFrame)
class StoredFrameAdmin(ObservedAdmin):
    list_display = ("account", "level", "at", "read_at", "rows")
    exclude = ("packed",)


@admin.register(HourBlock)
class HourBlockAdmin(ObservedAdmin):
    """The entities of an hour are listed below it, those that spent most first."""

    list_display = ("account", "level", "hour", "hours", "rows", "since", "read_at")
    exclude = ("packed",)
    readonly_fields = ("entities",)
    date_hierarchy = "local_date"

    @admin.display(description=f"entities (the {SHOWN} that spent most)")
    def entities(self, obj: HourBlock) -> str:
        held = sorted(snapshots_in(obj), key=lambda one: -(one.spend or 0))[:SHOWN]
        head = format_html_join("", "<th>{}</th>", ((name.replace("_", " "),) for name in SHOWN_COLUMNS))
        lines = format_html_join("", "<tr>{}</tr>", ((_cells(one),) for one in held))
        return format_html("<table><tr>{}</tr>{}</table>", head, lines)


def _cells(one: Snapshot) -> str:
    values = (getattr(one, name) for name in SHOWN_COLUMNS)
    return format_html_join("", "<td>{}</td>", (("unknown" if value is None else value,) for value in values))


@admin.register(State)
class StateAdmin(ObservedAdmin):
    list_display = ("account", "level", "at", "whole", "rows")
    exclude = ("packed",)


@admin.register(DayProfile)
class DayProfileAdmin(ObservedAdmin):
    list_display = ("account", "level", "day", "rows")
    exclude = ("packed",)


@admin.register(Week)
class WeekAdmin(ObservedAdmin):
    list_display = ("account", "level", "first_day", "days", "rows")
    exclude = ("packed",)


@admin.register(CreativeDay)
class CreativeDayAdmin(ObservedAdmin):
    list_display = ("account", "day", "read_at", "rows")
    list_filter = ("account",)
    exclude = ("packed",)


@admin.register(Freshness)
class FreshnessAdmin(ObservedAdmin):
    list_display = ("account", "level", "read_at", "history_from", "problem")


class TargetForm(BaseForm):
    class Meta:
        model = Target
        fields = ("account", "level", "entity_id", "target_cpa", "target_roas")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        account, level, entity_id = values.get("account"), values.get("level", ""), values.get("entity_id", "")
        if account and (why := why_no_target(account, level, entity_id)):
            raise ValidationError({"entity_id": why})
        if values.get("target_cpa") is None and values.get("target_roas") is None:
            raise ValidationError("Give a target CPA, a target ROAS or both; delete the target to have none.")
        return values


@admin.register(Target)
class TargetAdmin(GovernedAdmin):
    """Saved through the door that writes the ledger."""

    form = TargetForm
    account_path = "account"
    list_display = ("account", "level", "entity_id", "target_cpa", "target_roas", "currency")
    list_filter = ("account", "level")
    list_select_related = ("account",)
    actions = None

    @admin.display(description="currency")
    def currency(self, obj: Target) -> str:
        return obj.account.currency

    def get_readonly_fields(self, request: HttpRequest, obj: Target | None = None) -> tuple[str, ...]:
        return ("account", "level", "entity_id") if obj else ()

    def save_model(self, request: HttpRequest, obj: Target, form: Any, change: bool) -> None:
        try:
            saved = save_target(
                obj.account,
                obj.entity_id,
                obj.target_cpa,
                obj.target_roas,
                user_of(request),
                self.now(obj.account),
                level=obj.level,
            )
        except BadTarget as error:
            self.message_user(request, str(error), "error")
            return
        if saved:
            obj.pk = saved.pk

    def delete_model(self, request: HttpRequest, obj: Target) -> None:
        now = self.now(obj.account)
        save_target(obj.account, obj.entity_id, None, None, user_of(request), now, level=obj.level)
