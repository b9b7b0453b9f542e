"""Admin of notices."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from notifications.models import Notification
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
