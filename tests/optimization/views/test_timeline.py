"""The timeline: what took effect, on the right days, with filters, dates and a way to each action."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from metaads.models import AdAccount
from optimization.models import Action, Status
from tests.factories.metaads import MembershipFactory
from tests.optimization.views.conftest import MakeAction

PATH = "/actions/timeline/"


def html(page: Client, path: str, status: int = 200) -> str:
    answer = page.get(path)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.fixture
def done(euro: AdAccount, make_action: MakeAction) -> Action:
    two_days_ago = timezone.now() - timedelta(days=2)
    return make_action(euro, status=Status.EXECUTED, decided_at=two_days_ago, executed_at=two_days_ago)


def test_each_executed_change_is_a_mark_that_leads_to_its_day_in_the_list(page: Client, done: Action) -> None:
    text = html(page, PATH)
    assert done.executed_at
    day = done.executed_at.astimezone(done.account.zone).date()
    assert f'href="#day-{day}"' in text
    assert f'id="day-{day}"' in text
    assert f"/actions/{done.public_id}/" in text
    assert f"/actions/{done.public_id}/undo/" in text
    assert 'role="group"' in text, "what can be followed stands in no image"
    assert "120.00 → 84.00 EUR a day" in text


def test_what_waits_or_failed_is_no_mark(page: Client, euro: AdAccount, make_action: MakeAction) -> None:
    make_action(euro)
    make_action(euro, status=Status.FAILED)
    text = html(page, PATH)
    assert "Nothing took effect in this time" in text
    assert 'href="#day-' not in text


def test_dates_narrow_it_and_odd_ones_are_named(page: Client, done: Action) -> None:
    assert done.executed_at
    day = done.executed_at.astimezone(done.account.zone).date()
    assert done.entity_name in html(page, f"{PATH}?since={day}&until={day}")
    before = day - timedelta(days=1)
    assert "Nothing took effect" in html(page, f"{PATH}?since={before}&until={before}")
    for odd, words in (
        ("since=x&until=y", "Give both dates"),
        (f"since={day}&until={before}", "first day is after the last"),
        ("since=2020-01-01&until=2026-01-01", "At most 366 days"),
        ("since=2026-13-45&until=2026-01-01", "Give both dates"),
    ):
        assert words in html(page, f"{PATH}?{odd}"), odd


def test_filters_say_when_nothing_fits(page: Client, done: Action) -> None:
    assert done.entity_name in html(page, f"{PATH}?kind=decrease_budget")
    text = html(page, f"{PATH}?kind=pause")
    assert "Nothing fits these filters" in text
    assert done.entity_name not in text


def test_several_accounts_are_chosen_from_first(page: Client, manager: User, yen: AdAccount, done: Action) -> None:
    MembershipFactory.create(user=manager, account=yen)
    text = html(page, f"{PATH}?account=all")
    assert "one account at a time" in text
    assert done.entity_name in html(page, f"{PATH}?account={done.account_id}")
    assert done.entity_name not in html(page, f"{PATH}?account={yen.pk}")


def test_the_list_is_a_file_too(page: Client, done: Action) -> None:
    answer = page.get(f"{PATH}?csv=actions")
    assert answer["Content-Type"].startswith("text/csv")
    assert str(done.public_id) in answer.content.decode()


def test_more_changes_do_not_mean_more_queries(
    page: Client, done: Action, euro: AdAccount, make_action: MakeAction, django_assert_max_num_queries: object
) -> None:
    def asked() -> int:
        with django_assert_max_num_queries(60) as queries:  # type: ignore[operator]
            html(page, PATH)
        return len(queries)

    asked()
    few = asked()
    for _ in range(5):
        make_action(euro, status=Status.EXECUTED, executed_at=timezone.now() - timedelta(days=3))
    assert asked() == few
