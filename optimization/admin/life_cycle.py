"""What surrounds actions, to be read: approvals, holds, incidents, outcomes. Pages and services change them."""

from django.contrib import admin

from optimization.admin.base import ReadOnlyAdmin
from optimization.models import Approval, Hold, Incident, Outcome


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    account_path = "action__account"
    list_display = ("action", "version", "user", "at", "note")
    list_select_related = ("action", "user")


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("account", "level", "entity_id", "action")
    list_select_related = ("account", "action")


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("public_id", "account", "opened_at", "opened_by", "reason", "closed_at")
    list_select_related = ("account", "opened_by")


@admin.register(Outcome)
class OutcomeAdmin(ReadOnlyAdmin):
    account_path = "action__account"
    list_display = ("action", "horizon", "verdict", "effect", "low", "high", "measured_at")
    list_filter = ("horizon", "verdict")
    list_select_related = ("action",)
