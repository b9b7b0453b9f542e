"""/operations/?tab=actions: counts of what was proposed, done and held back, each over its own span."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.test import Client

from metaads.models import AdAccount
from optimization.models import Run, Status
from tests.optimization.views.conftest import MakeAction
from tests.optimization.views.shop import NOW, Shop, open_shop
from tests.optimization.views.test_campaigns import html


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop(euro: AdAccount) -> Shop:
    return open_shop(euro)


def rows(page: Client, key: str) -> list[dict[str, str]]:
    answer = page.get(f"/operations/?tab=actions&csv={key}")
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_types_count_a_day_and_each_event_by_its_own_time(
    page: Client, euro: AdAccount, make_action: MakeAction
) -> None:
    old, late = NOW - timedelta(days=3), NOW - timedelta(hours=30)
    make_action(euro)
    make_action(euro, proposed_at=old, status=Status.EXECUTED, executed_at=NOW, finished_at=NOW)
    make_action(euro, proposed_at=late, status=Status.FAILED, finished_at=NOW - timedelta(hours=1))
    make_action(euro, proposed_at=old, status=Status.FAILED, finished_at=late)
    assert rows(page, "by-type") == [{"Type": "Decrease budget", "Proposed": "1", "Executed": "1", "Failed": "1"}]


def test_states_have_the_mean_of_the_confidences_that_exist(
    page: Client, euro: AdAccount, make_action: MakeAction
) -> None:
    for sure in (0.5, 0.9, None):
        make_action(euro, confidence=sure)
    make_action(euro, status=Status.REJECTED)
    make_action(euro, status=Status.EXPIRED, proposed_at=NOW - timedelta(days=8))
    assert rows(page, "by-status") == [
        {"State": "Waiting for approval", "Actions": "3", "Mean confidence": "0.7"},
        {"State": "Rejected", "Actions": "1", "Mean confidence": ""},
    ]
    assert "not computed" in html(page, "/operations/?tab=actions")


def test_days_are_the_accounts_own_and_the_failure_rate_is_of_what_was_tried(
    page: Client, euro: AdAccount, make_action: MakeAction
) -> None:
    night = NOW.replace(hour=23, minute=30) - timedelta(days=2)  # half past midnight in Berlin, the next day
    make_action(euro, proposed_at=night, status=Status.EXECUTED, executed_at=night, finished_at=night)
    make_action(euro, proposed_at=night, status=Status.FAILED, finished_at=night)
    found = rows(page, "by-day")
    assert [row["Day"] for row in found] == [(NOW - timedelta(days=1)).date().isoformat()]
    assert (found[0]["Proposed"], found[0]["Executed"], found[0]["Failure rate (%)"]) == ("2", "1", "50.0")


def test_campaigns_with_most_changes_come_first_with_their_roas(
    page: Client, shop: Shop, make_action: MakeAction
) -> None:
    done = {"status": Status.EXECUTED, "executed_at": NOW - timedelta(days=9)}
    for campaign in (shop.alpha, shop.beta, shop.beta):
        make_action(shop.account, campaign_id=campaign.meta_id, **done)
    make_action(shop.account, campaign_id=shop.gamma.meta_id, status=Status.EXECUTED, executed_at=NOW - timedelta(31))
    found = rows(page, "busiest")
    assert [(row["Campaign"], row["Executed"]) for row in found] == [("Beta", "2"), ("Alpha", "1")]
    assert f"/campaigns/{shop.beta.meta_id}/" in html(page, "/operations/?tab=actions")


def test_rails_are_counted_over_the_runs_of_a_day(page: Client, euro: AdAccount, yen: AdAccount) -> None:
    def run(account: AdAccount, hours: int, **blocked: int) -> None:
        at = NOW - timedelta(hours=hours)
        Run.objects.create(account=account, slot=str(hours), started_at=at, counts={"blocked": blocked})

    run(euro, 1, cooldown=2, data_age=1)
    run(euro, 2, cooldown=3)
    run(euro, 25, cooldown=100)
    run(yen, 1, cooldown=100)
    assert rows(page, "rails") == [
        {"Guard rail": "Cooldown", "Held back": "5"},
        {"Guard rail": "Data age", "Held back": "1"},
    ]


def test_nothing_done_says_so(page: Client, euro: AdAccount) -> None:
    text = html(page, "/operations/?tab=actions")
    assert "Nothing was proposed or done in 24 hours." in text
    assert "No guard rail held anything back in 24 hours." in text
