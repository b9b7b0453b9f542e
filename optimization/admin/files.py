"""Admin of what people brought and what their programs sent: look only."""

from django.contrib import admin

from optimization.admin.base import OwnerOnly, ReadOnlyAdmin
from optimization.models import ExportFile, RequestKey


@admin.register(ExportFile)
class ExportFileAdmin(OwnerOnly, ReadOnlyAdmin):
    list_display = ("name", "user", "account", "created_at")
    exclude = ("data",)


@admin.register(RequestKey)
class RequestKeyAdmin(OwnerOnly, ReadOnlyAdmin):
    list_display = ("path", "key", "user", "status", "created_at")
    exclude = ("body",)
