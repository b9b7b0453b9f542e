"""Admin of the ledger: read-only here as in the database."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from optimization.admin.base import ReadOnlyAdmin, user_of, visible
from optimization.models import LedgerEvent, LedgerHead


@admin.register(LedgerEvent)
class LedgerEventAdmin(ReadOnlyAdmin):
    """The installation's own chain is for its administrator alone."""

    list_display = ("chain", "number", "kind", "actor", "user_id", "business_time", "machine_time", "short_hash")
    list_filter = ("kind", "chain")
    search_fields = ("action_id", "hash")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = admin.ModelAdmin.get_queryset(self, request)
        return rows if user_of(request).is_superuser else rows.filter(account_id__in=visible(request).values("pk"))

    @admin.display(description="hash")
    def short_hash(self, obj: LedgerEvent) -> str:
        return obj.hash[:12]


@admin.register(LedgerHead)
class LedgerHeadAdmin(ReadOnlyAdmin):
    list_display = ("chain", "number", "hash")
