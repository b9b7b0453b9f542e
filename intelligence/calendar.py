"""The calendar of events: asking it, and changing it. The caller (a door in `optimization`) writes the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from intelligence.models import CalendarEvent
from metaads.models import AdAccount

LONGEST_DAYS = 366


class BadEvent(ValueError):
    """The text begins with the name of the field that is wrong, and is for the person who typed it."""


@dataclass(frozen=True)
class EventDraft:
    """What a person entered. Days are local dates, both included; `account` None = all accounts."""

    name: str
    kind: str
    first_day: date
    last_day: date
    account: AdAccount | None = None
    effect: str = ""

    def problem(self) -> str:
        """The first thing that is wrong, as `field: sentence`; "" = nothing."""
        if not self.name.strip():
            return "name: Give the event a name; it stands beside its mark on the charts."
        if len(self.name.strip()) > 120:
            return "name: At most 120 characters."
        if self.kind not in CalendarEvent.Kind.values:
            return f"kind: There is no kind {self.kind!r}; there are {', '.join(CalendarEvent.Kind.values)}."
        if self.last_day < self.first_day:
            return "last_day: The event ends before it begins."
        if (self.last_day - self.first_day).days >= LONGEST_DAYS:
            return "last_day: An event of more than a year explains nothing; split it."
        return ""


def save_event(draft: EventDraft, event: CalendarEvent | None, user: User | None) -> CalendarEvent:
    """A new event, or `event` changed to what `draft` says. Raises BadEvent."""
    problem = draft.problem()
    if problem:
        raise BadEvent(problem)
    row = event or CalendarEvent(created_by=user)
    row.account, row.name, row.kind = draft.account, draft.name.strip(), draft.kind
    row.first_day, row.last_day, row.effect = draft.first_day, draft.last_day, draft.effect.strip()
    row.save()
    return row


def events_between(account: AdAccount, first: date, last: date) -> QuerySet[CalendarEvent]:
    """Events of the account and of all accounts that touch the account's days `first` to `last`, oldest first."""
    mine = Q(account=account) | Q(account__isnull=True)
    return CalendarEvent.objects.filter(mine, first_day__lte=last, last_day__gte=first).order_by("first_day", "id")


def events_of(accounts: Iterable[AdAccount]) -> QuerySet[CalendarEvent]:
    """Every event that concerns some of these accounts, newest first."""
    ids = [account.pk for account in accounts]
    rows = CalendarEvent.objects.filter(Q(account__in=ids) | Q(account__isnull=True))
    return rows.select_related("account").order_by("-first_day", "name")


def event_on(account: AdAccount, day: date) -> CalendarEvent | None:
    """The event that covers the account's day, the account's own before one of all accounts; None without."""
    rows = list(events_between(account, day, day))
    return min(rows, key=lambda row: (row.account_id is None, row.pk), default=None)
