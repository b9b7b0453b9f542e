"""The calendar of events: what is refused, and which events touch an account's days."""

from datetime import date

import pytest

from intelligence.calendar import BadEvent, EventDraft, event_on, events_between, events_of, save_event
from intelligence.models import CalendarEvent
from metaads.models import AdAccount
from tests.factories.metaads import AdAccountFactory

FIRST, LAST = date(2026, 11, 27), date(2026, 11, 30)


@pytest.fixture
def account(db: None) -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def draft(account: AdAccount | None, name: str = "Sale", first: date = FIRST, last: date = LAST) -> EventDraft:
    return EventDraft(name, "promotion", first, last, account)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (EventDraft("  ", "promotion", FIRST, LAST), "name: Give the event a name"),
        (EventDraft("x" * 121, "promotion", FIRST, LAST), "name: At most 120"),
        (EventDraft("Sale", "party", FIRST, LAST), "kind: There is no kind 'party'"),
        (EventDraft("Sale", "promotion", LAST, FIRST), "last_day: The event ends before it begins."),
        (EventDraft("Sale", "promotion", FIRST, date(2028, 1, 1)), "last_day: An event of more than a year"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(db: None, wrong: EventDraft, said: str) -> None:
    with pytest.raises(BadEvent) as refused:
        save_event(wrong, None, None)
    assert str(refused.value).startswith(said)
    assert not CalendarEvent.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (date(2026, 11, 20), date(2026, 11, 26), False),
        (date(2026, 11, 20), FIRST, True),
        (date(2026, 11, 28), date(2026, 11, 28), True),
        (LAST, date(2026, 12, 31), True),
        (date(2026, 12, 1), date(2026, 12, 31), False),
    ],
)
def test_both_days_of_an_event_count(account: AdAccount, first: date, last: date, found: bool) -> None:
    save_event(draft(account), None, None)
    assert events_between(account, first, last).exists() is found


def test_events_of_all_accounts_touch_every_account_and_others_do_not(account: AdAccount) -> None:
    other = AdAccountFactory.create()
    save_event(draft(None, "Holiday"), None, None)
    save_event(draft(other, "Theirs"), None, None)
    assert [event.name for event in events_between(account, FIRST, LAST)] == ["Holiday"]
    assert {event.name for event in events_of([account, other])} == {"Holiday", "Theirs"}
    assert {event.name for event in events_of([])} == {"Holiday"}


def test_the_accounts_own_event_comes_before_that_of_all(account: AdAccount) -> None:
    save_event(draft(None, "Holiday"), None, None)
    save_event(draft(account, "Own sale"), None, None)
    assert str(event_on(account, FIRST)) == "Own sale"
    assert event_on(account, date(2026, 1, 1)) is None


def test_changing_keeps_the_row(account: AdAccount) -> None:
    event = save_event(draft(account), None, None)
    changed = save_event(draft(account, "Longer sale", last=date(2026, 12, 2)), event, None)
    assert (changed.pk, changed.name) == (event.pk, "Longer sale")
    assert CalendarEvent.objects.count() == 1
