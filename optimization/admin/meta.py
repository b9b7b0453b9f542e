"""Admin of accounts, roles and the mirror of Meta's structure."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from metaads.models import Ad, AdAccount, AdSet, ApiUsage, Breaker, Campaign, Creative, JournalStep, Level, Membership
from optimization.admin.base import KeptAdmin, ReadOnlyAdmin, VisibleAdmin, administered, user_of, visible
from optimization.admin.locks import LockableAdmin
from optimization.ledger import record


@admin.register(AdAccount)
class AdAccountAdmin(KeptAdmin):
    """What Meta says is read-only; what we decide about the account is not."""

    list_display = ("name", "meta_id", "currency", "timezone_name", "active", "read_only", "structure_synced_at")
    list_filter = ("active", "currency")
    search_fields = ("name", "meta_id")
    fields = (
        ("name", "meta_id"),
        ("currency", "timezone_name"),
        "connection",
        "active",
        "conversion_action_type",
        ("connected_at", "structure_synced_at"),
        ("account_status", "disable_reason"),
        ("spend_cap", "amount_spent"),
        ("min_daily_budget", "min_campaign_spend_cap", "minimum_budgets"),
        ("read_only", "next_collect_at", "consecutive_failures"),
        "last_error",
    )
    EDITABLE = ("active", "conversion_action_type")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The accounts themselves are what the user was given."""
        rows = AdAccount.objects.all() if user_of(request).is_superuser else visible(request)
        return rows.select_related("connection").order_by("name")

    def get_readonly_fields(self, request: HttpRequest, obj: AdAccount | None = None) -> list[str]:
        return [field.name for field in AdAccount._meta.fields if field.name not in self.EDITABLE]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AdAccount | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self.administers(request, obj))

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: AdAccount, form: Any, change: bool) -> None:
        payload = {"account": {name: form.cleaned_data[name] for name in form.changed_data}}
        obj.save(update_fields=form.changed_data or None)
        user = user_of(request)
        record(
            "setting_changed",
            account_id=obj.pk,
            actor="user",
            user_id=user.pk,
            now=self.now(obj),
            payload=payload,
        )


@admin.register(Membership)
class MembershipAdmin(VisibleAdmin):
    """Roles per ad account. An account's admin gives roles in it; every change is in the ledger."""

    account_path = "account"
    list_display = ("user", "account", "role")
    list_filter = ("role", "account")
    search_fields = ("user__username", "account__name")
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or self.administers(request, obj.account))

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or self.administers(request, obj.account))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Roles are given only where the user is admin."""
        if db_field.name == "account" and not user_of(request).is_superuser:
            kwargs["queryset"] = administered(request)
        return admin.ModelAdmin.formfield_for_foreignkey(self, db_field, request, **kwargs)

    def _record(self, request: HttpRequest, row: Membership, role: str) -> None:
        user = user_of(request)
        payload = {"role_of": row.user_id, "role": role}
        record(
            "setting_changed",
            account_id=row.account_id,
            actor="user",
            user_id=user.pk,
            now=self.now(row.account),
            payload=payload,
        )

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self._record(request, obj, obj.role)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        self._record(request, obj, "none")
        super().delete_model(request, obj)


class NodeAdmin(ReadOnlyAdmin):
    """The mirror is written by the sync alone."""

    account_path = "account"
    search_fields = ("name", "meta_id")
    list_filter = ("account", "status")
    list_select_related: ClassVar[tuple[str, ...]] = ("account",)


@admin.register(Campaign)
class CampaignAdmin(NodeAdmin, LockableAdmin):
    level = Level.CAMPAIGN
    list_display = ("name", "account", "effective_status", "objective", "daily_budget", "lifetime_budget", "synced_at")


@admin.register(AdSet)
class AdSetAdmin(NodeAdmin, LockableAdmin):
    level = Level.AD_SET
    list_display = ("name", "campaign", "effective_status", "daily_budget", "learning_status", "synced_at")
    list_select_related = ("account", "campaign")


@admin.register(Ad)
class AdAdmin(NodeAdmin, LockableAdmin):
    level = Level.AD
    list_display = ("name", "ad_set", "effective_status", "synced_at")
    list_select_related = ("account", "ad_set")


@admin.register(Creative)
class CreativeAdmin(NodeAdmin):
    list_display = ("name", "account", "title", "call_to_action_type", "synced_at")


@admin.register(JournalStep)
class JournalStepAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("key", "account", "entity_id", "field", "old", "new", "state", "sent", "created_at")
    list_filter = ("state", "account")
    search_fields = ("key", "entity_id", "fbtrace_id")
    list_select_related = ("account",)


@admin.register(Breaker)
class BreakerAdmin(ReadOnlyAdmin):
    account_path = "connection__accounts"
    list_display = ("connection", "opened_at", "opened_because", "next_probe_at", "probes", "closed_at")
    list_select_related = ("connection",)


@admin.register(ApiUsage)
class ApiUsageAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("account", "calls", "percent", "blocked_until", "updated_at")
    list_select_related = ("account",)
