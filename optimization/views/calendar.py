"""/calendar/: launches, sales, holidays and outages that explain figures; managers keep it for their accounts."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from intelligence.calendar import BadEvent, EventDraft, events_of
from intelligence.metrics.windows import local_day
from intelligence.models import CalendarEvent
from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.calendar_doors import put_event, remove_event
from optimization.views import table
from optimization.views.export import asked_for
from optimization.views.live import version_of
from optimization.views.scope import ALL, Scope, scope_of
from optimization.views.table import Cell, Head, Table

KEY = "events"
TONES = {"outage": "bad", "promotion": "good", "launch": "live", "holiday": "watch"}


class EventForm(forms.Form):
    """`scope` gives the accounts that the user may keep; all accounts at once are for the administrator."""

    name = forms.CharField(max_length=120, label="Name")
    kind = forms.ChoiceField(choices=CalendarEvent.Kind.choices, label="Kind")
    account = forms.ChoiceField(label="Account")
    first_day = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last_day = forms.DateField(
        label="Until, included", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    effect = forms.CharField(
        required=False, max_length=500, label="Expected effect (optional)", widget=forms.TextInput()
    )

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {str(account.pk): account for account in scope.stoppable}
        whole = [(ALL, "All accounts")] if scope.user.is_superuser else []
        choices = [*whole, *((key, account.name) for key, account in self.accounts.items())]
        self.fields["account"].choices = choices  # type: ignore[attr-defined]

    def draft(self) -> EventDraft:
        """Of a form that was found valid."""
        said = self.cleaned_data
        account = self.accounts.get(said["account"])
        return EventDraft(said["name"], said["kind"], said["first_day"], said["last_day"], account, said["effect"])


def _may_change(scope: Scope, event: CalendarEvent) -> bool:
    if event.account_id is None:
        return bool(scope.user.is_superuser)
    return scope.may_decide(event.account_id)


def _event(scope: Scope, pk: int) -> CalendarEvent:
    """404 unless it concerns an account that the user sees, 403 unless they keep it."""
    event = events_of(scope.accounts).filter(pk=pk).first()
    if event is None:
        raise Http404("No such event.")
    if not _may_change(scope, event):
        raise PermissionDenied("Changing the calendar is for the account's managers.")
    return event


def _today(scope: Scope) -> date:
    account: AdAccount | None = scope.account
    now = business_now(account)
    return local_day(now, account.zone) if account else now.date()


def events_table(scope: Scope, today: date) -> Table:
    """What was, is and will be, newest first."""
    heads = (Head("Event"), Head("Kind"), Head("Account"), Head("From"), Head("Until"), Head("Now"), Head("Effect"))
    return Table(
        KEY,
        "Events",
        heads,
        [_row(event, today, _may_change(scope, event)) for event in events_of(scope.shown)],
        empty="Nothing is in the calendar.",
    )


def _row(event: CalendarEvent, today: date, may: bool) -> tuple[Cell, ...]:
    when = "over" if event.last_day < today else "to come" if event.first_day > today else "running"
    return (
        table.text(event.name, link=reverse("calendar-event", args=[event.pk]) if may else ""),
        table.text(event.get_kind_display(), dot=TONES.get(event.kind, "quiet")),
        table.text(event.account.name if event.account else "All accounts"),
        Cell(f"{event.first_day.day} {event.first_day:%b %Y}", event.first_day.isoformat()),
        Cell(f"{event.last_day.day} {event.last_day:%b %Y}", event.last_day.isoformat()),
        table.text(when),
        table.text(event.effect),
    )


@login_required
@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """The list, and the form that adds to it."""
    scope = scope_of(request)
    form = EventForm(scope, request.POST if request.method == "POST" else None, initial=_initial(scope))
    if request.method == "POST":
        if not form.accounts and not request.user.is_superuser:
            raise PermissionDenied("Changing the calendar is for the account's managers.")
        if _saved(request, form, None):
            return redirect("calendar")
    found = events_table(scope, _today(scope))
    file = asked_for(request, {KEY: found}, scope.account.name if scope.account else "")
    if file is not None:
        return file
    context = {
        "page": "calendar",
        "table": table.ordered(found, request.GET),
        "form": form if form.fields["account"].choices else None,  # type: ignore[attr-defined]
        "version": version_of(scope),
    }
    return render(request, "optimization/calendar.html", context, status=422 if form.errors else 200)


def _initial(scope: Scope) -> dict[str, Any]:
    today = _today(scope)
    return {"account": str(scope.account.pk) if scope.account else ALL, "first_day": today, "last_day": today}


@login_required
@require_http_methods(["GET", "POST"])
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event, to be changed or removed."""
    scope = scope_of(request)
    held = _event(scope, pk)
    form = EventForm(scope, request.POST if request.method == "POST" else None, initial=_values(held))
    if request.method == "POST" and _saved(request, form, held):
        return redirect("calendar")
    context = {"page": "calendar", "event": held, "form": form}
    return render(request, "optimization/calendar_event.html", context, status=422 if form.errors else 200)


def _values(held: CalendarEvent) -> dict[str, Any]:
    names = ("name", "kind", "first_day", "last_day", "effect")
    return {"account": str(held.account_id or ALL), **{name: getattr(held, name) for name in names}}


def _saved(request: HttpRequest, form: EventForm, held: CalendarEvent | None) -> bool:
    """Whether it was sound and is stored; else the form says what is wrong."""
    assert isinstance(request.user, User)  # noqa: S101  (login_required; tells mypy)
    if not form.is_valid():
        return False
    draft = form.draft()
    try:
        saved = put_event(draft, held, request.user, business_now(draft.account))
    except BadEvent as error:
        field, _, words = str(error).partition(": ")
        form.add_error(field, words)
        return False
    messages.success(request, f"{saved.name} is in the calendar.")
    return True


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    assert isinstance(request.user, User)  # noqa: S101  (login_required; tells mypy)
    held = _event(scope_of(request), pk)
    name = held.name
    remove_event(held, request.user, business_now(held.account))
    messages.success(request, f"{name} was removed from the calendar.")
    return redirect("calendar")
