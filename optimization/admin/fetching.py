"""Admin of what is still to be fetched of an account's past: look only; it is stopped and started on /operations/."""

from django.contrib import admin

from intelligence.models import Backfill, Gap, ReportRun
from optimization.admin.base import ReadOnlyAdmin


@admin.register(Backfill)
class BackfillAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_select_related = ("account",)
    list_display = ("account", "state", "first_day", "last_day", "started_at", "finished_at", "problem")


@admin.register(ReportRun)
class ReportRunAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_select_related = ("account",)
    list_filter = ("purpose", "level", "account")
    list_display = ("account", "purpose", "level", "first_day", "last_day", "percent", "failures", "problem")


@admin.register(Gap)
class GapAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_select_related = ("account",)
    list_filter = ("account",)
    list_display = ("account", "since", "until", "found_at", "filled_at")
