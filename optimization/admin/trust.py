"""Admin of what says how far figures can be trusted: doubtful data, maturity curves, offline sales. Read-only."""

from django.contrib import admin

from intelligence.models import MaturityCurve, OfflineConversion, OfflineUpload, QualityChange, QualityState
from optimization.admin.base import ReadOnlyAdmin


@admin.register(QualityState)
class QualityStateAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("account", "doubtful_since", "clean_since", "checked_at")
    list_select_related = ("account",)


@admin.register(QualityChange)
class QualityChangeAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("account", "kind", "at", "recorded")
    list_filter = ("kind", "account")
    list_select_related = ("account",)


@admin.register(MaturityCurve)
class MaturityCurveAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("account", "action_type", "day", "conversions", "days")
    list_filter = ("account",)
    list_select_related = ("account",)


@admin.register(OfflineUpload)
class OfflineUploadAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("account", "source", "uploaded_at", "accepted", "duplicates", "refused", "unassigned")
    list_filter = ("account",)
    list_select_related = ("account",)


@admin.register(OfflineConversion)
class OfflineConversionAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("event_id", "account", "at", "value", "campaign_id", "ad_set_id", "ad_id", "problem")
    list_filter = ("account",)
    search_fields = ("event_id", "campaign_id", "ad_set_id", "ad_id")
    list_select_related = ("account",)
