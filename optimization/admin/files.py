"""Admin of files that people brought: look only."""

from django.contrib import admin

from optimization.admin.base import OwnerOnly, ReadOnlyAdmin
from optimization.models import ExportFile


@admin.register(ExportFile)
class ExportFileAdmin(OwnerOnly, ReadOnlyAdmin):
    list_display = ("name", "user", "account", "created_at")
    exclude = ("data",)
