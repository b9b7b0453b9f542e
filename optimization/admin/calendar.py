"""Admin of the calendar of events: saved and deleted through the door that writes the ledger."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from intelligence.calendar import EventDraft
from intelligence.models import CalendarEvent
from optimization.admin.base import BaseForm, GovernedAdmin, user_of, visible
from optimization.calendar_doors import put_event, remove_event


def draft_of(event: CalendarEvent) -> EventDraft:
    return EventDraft(event.name, event.kind, event.first_day, event.last_day, event.account, event.effect)


class EventForm(BaseForm):
    class Meta:
        model = CalendarEvent
        fields = ("account", "name", "kind", "first_day", "last_day", "effect")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        problem = EventDraft(**values).problem()
        if problem:
            field, _, words = problem.partition(": ")
            raise ValidationError({field: words})
        return values


@admin.register(CalendarEvent)
class CalendarEventAdmin(GovernedAdmin):
    """Events of all accounts are seen by everybody and changed by the installation's administrator."""

    form = EventForm
    account_path = "account"
    list_display = ("name", "kind", "account", "first_day", "last_day")
    list_filter = ("kind", "account")
    search_fields = ("name", "effect")
    list_select_related = ("account",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = CalendarEvent.objects.all()
        if user_of(request).is_superuser:
            return rows
        return rows.filter(Q(account__in=visible(request)) | Q(account__isnull=True))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Only the installation's administrator may leave the account open."""
        form = super().get_form(request, obj, change, **kwargs)
        if "account" in form.base_fields:
            form.base_fields["account"].required = not user_of(request).is_superuser
        return form

    def save_model(self, request: HttpRequest, obj: CalendarEvent, form: Any, change: bool) -> None:
        stored = CalendarEvent.objects.get(pk=obj.pk) if change else None
        saved = put_event(draft_of(obj), stored, user_of(request), self.now(obj.account))
        obj.pk = saved.pk

    def delete_model(self, request: HttpRequest, obj: CalendarEvent) -> None:
        remove_event(obj, user_of(request), self.now(obj.account))
