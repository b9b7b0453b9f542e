"""Admin of what others do at Meta, and of what is watched beside the figures. Written by collection alone."""

from django.contrib import admin

from intelligence.models import PixelHour, PixelQuality
from metaads.models import AccountHealth, NativeRule, OutsideChange, Pixel, SideRead
from optimization.admin.base import ReadOnlyAdmin


class OutsideAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_select_related = ("account",)


@admin.register(OutsideChange)
class OutsideChangeAdmin(OutsideAdmin):
    list_display = ("at", "account", "level", "entity_name", "field", "before", "after", "actor_name", "source", "ours")
    list_filter = ("source", "ours", "level", "account")
    search_fields = ("entity_id", "entity_name", "actor_name", "application_name")
    ordering = ("-at",)


@admin.register(NativeRule)
class NativeRuleAdmin(OutsideAdmin):
    """Meta's own automated rules, listed only: they are edited in Ads Manager."""

    list_display = ("name", "account", "status", "created_by", "updated_time", "synced_at", "deleted_at")
    list_filter = ("status", "account")
    search_fields = ("name", "meta_id")


@admin.register(Pixel)
class PixelAdmin(OutsideAdmin):
    list_display = ("name", "meta_id", "account", "last_fired_at", "unavailable", "synced_at", "deleted_at")
    list_filter = ("account",)
    search_fields = ("name", "meta_id")


@admin.register(AccountHealth)
class AccountHealthAdmin(OutsideAdmin):
    list_display = ("day", "account", "severity", "account_status", "spend_cap", "amount_spent", "read_at")
    list_filter = ("severity", "account")
    ordering = ("-day",)


@admin.register(SideRead)
class SideReadAdmin(OutsideAdmin):
    list_display = ("account", "what", "read_at", "failures", "next_try_at", "problem")
    list_filter = ("what", "account")


class HeardAdmin(ReadOnlyAdmin):
    account_path = "pixel__account"
    list_select_related = ("pixel",)
    list_filter = ("event", "pixel")


@admin.register(PixelHour)
class PixelHourAdmin(HeardAdmin):
    list_display = ("hour", "pixel", "event", "count", "browser", "server", "read_at")
    ordering = ("-hour", "event")


@admin.register(PixelQuality)
class PixelQualityAdmin(HeardAdmin):
    list_display = ("day", "pixel", "event", "score", "coverage_percent", "dedupe_percent", "upload_frequency")
    ordering = ("-day", "event")
