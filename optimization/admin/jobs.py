"""Admin of jobs: look only. They are started and cancelled on their own pages, by API and by command."""

from django.contrib import admin

from optimization.admin.base import ReadOnlyAdmin
from optimization.models import Job


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("kind", "account", "state", "percent", "created_by", "created_at", "finished_at", "note")
    list_filter = ("kind", "state")
    list_select_related = ("account", "created_by")
