"""What rules said and what they tried first: the evaluation log, dry looks and hold-out draws, to look at."""

from django.contrib import admin

from optimization.admin.base import ReadOnlyAdmin
from optimization.models import DryLook, EvaluationBlock, EvaluationRoster, EvaluationTick, HoldoutDraw


@admin.register(DryLook)
class DryLookAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("rule", "account", "looked_at", "covered", "matched", "unknown", "at_stake", "currency")
    list_filter = ("account",)
    list_select_related = ("rule", "account")


@admin.register(HoldoutDraw)
class HoldoutDrawAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("rule_version", "account", "level", "entity_id", "since", "until", "held", "propensity")
    list_filter = ("held", "level", "account")
    search_fields = ("entity_id",)
    list_select_related = ("rule_version__rule", "account")


@admin.register(EvaluationTick)
class EvaluationTickAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("account", "level", "kind", "at", "looked_at", "places")
    list_filter = ("kind", "level", "account")
    list_select_related = ("account",)


@admin.register(EvaluationRoster)
class EvaluationRosterAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("account", "level")
    list_select_related = ("account",)


@admin.register(EvaluationBlock)
class EvaluationBlockAdmin(ReadOnlyAdmin):
    """Packed codes: what they say of one entity is shown where people ask why a rule did, or didn't, fire."""

    account_path = "tick__account"
    list_display = ("tick", "part")
    list_select_related = ("tick",)
    show_full_result_count = False
