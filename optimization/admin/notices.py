"""Admin of notices."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from notifications.models import Notification, WebhookCall
from notifications.selectors import for_subjects
from optimization.admin.base import ReadOnlyAdmin, user_of, visible


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """What the user may read: of their accounts, their own, and what is said to everybody."""

    list_display = ("title", "kind", "severity", "subject", "count", "updated_at")
    list_filter = ("kind", "severity")
    search_fields = ("title", "body")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        user = user_of(request)
        if user.is_superuser:
            return Notification.objects.all()
        subjects = [f"account:{pk}" for pk in visible(request).values_list("pk", flat=True)]
        return for_subjects(subjects, user, self.now())


@admin.register(WebhookCall)
class WebhookCallAdmin(ReadOnlyAdmin):
    """Calls of one's own accounts' rules: what was sent where, and what came back."""

    list_display = ("subject", "url", "state", "attempts", "status", "error", "made_at", "delivered_at")
    list_filter = ("state",)
    search_fields = ("url", "delivery_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = WebhookCall.objects.all()
        if user_of(request).is_superuser:
            return rows
        return rows.filter(subject__in=[f"account:{pk}" for pk in visible(request).values_list("pk", flat=True)])
