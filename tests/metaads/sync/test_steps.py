"""What is collected beside figures: due by its own clock, failing alone, tried again with growing pauses."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from metaads.graph.errors import Permanent, RateLimited
from metaads.models import AdAccount, Connection, SideRead, SwitchState
from metaads.switch import SwitchedOff, require
from metaads.sync import steps
from metaads.sync.connect import change_connection
from metaads.sync.steps import Step, due, run, run_due
from tests.factories.metaads import NOW, AdAccountFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def mine() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def works(account: AdAccount, now: datetime) -> str:
    return "read"


def raises(error: Exception) -> Any:
    def read(account: AdAccount, now: datetime) -> str:
        raise error

    return read


GOOD = Step("good", HOUR, works)


def test_a_step_is_due_first_and_again_after_its_time(mine: AdAccount) -> None:
    assert due(GOOD, mine, NOW)
    assert run(GOOD, mine, NOW).said == "read"
    assert not due(GOOD, mine, NOW + timedelta(minutes=30))
    assert due(GOOD, mine, NOW + timedelta(minutes=58)), "a tick that comes a little early must not skip an hour"


def test_a_clock_that_went_back_is_no_freshness(mine: AdAccount) -> None:
    run(GOOD, mine, NOW)
    assert due(GOOD, mine, NOW - timedelta(days=2))


def test_one_step_failing_stops_no_other(mine: AdAccount) -> None:
    bad, broken = Step("bad", HOUR, raises(Permanent("no permission"))), Step("broken", HOUR, raises(KeyError("x")))
    outcomes = run_due((bad, broken, GOOD), mine, NOW)
    assert [outcome.problem for outcome in outcomes] == [
        "no permission",
        "Our own fault (KeyError); the log has more.",
        "",
    ]


def test_a_failure_waits_longer_each_time_and_keeps_what_was_known(mine: AdAccount) -> None:
    run(GOOD, mine, NOW)
    bad = Step("good", HOUR, raises(Permanent("no permission")))
    waits = []
    for _ in range(3):
        run(bad, mine, NOW + 2 * HOUR)
        row = SideRead.objects.get()
        assert row.next_try_at
        waits.append(row.next_try_at - timezone.now())
    assert waits[0] < waits[1] < waits[2]
    assert (row.read_at, row.failures, row.problem) == (NOW, 3, "no permission")
    assert not due(GOOD, mine, NOW + 2 * HOUR)


def test_metas_own_wait_counts(mine: AdAccount) -> None:
    run(Step("limited", HOUR, raises(RateLimited("later", retry_after=4 * HOUR))), mine, NOW)
    row = SideRead.objects.get()
    assert row.next_try_at
    assert row.next_try_at >= timezone.now() + timedelta(hours=3, minutes=59)


def test_a_read_that_works_forgets_the_failures(mine: AdAccount) -> None:
    run(Step("good", HOUR, raises(Permanent("no"))), mine, NOW)
    run(GOOD, mine, NOW)
    row = SideRead.objects.get()
    assert (row.failures, row.problem, row.next_try_at) == (0, "", None)


def test_a_reason_to_look_makes_a_step_due_before_its_time(mine: AdAccount) -> None:
    wanted = Step("good", HOUR, works, wanted=lambda account: True)
    run(wanted, mine, NOW)
    assert due(wanted, mine, NOW + timedelta(minutes=1))
    assert not due(wanted, mine, NOW), "not twice in the same moment"


def test_a_switch_that_is_off_stops_all_of_them(mine: AdAccount) -> None:
    SwitchState.objects.create(name="ENABLE_INSIGHTS_COLLECTION", on=False)

    def asks(account: AdAccount, now: datetime) -> str:
        require("ENABLE_INSIGHTS_COLLECTION")
        return "read"

    with pytest.raises(SwitchedOff):
        run_due((Step("asks", HOUR, asks),), mine, NOW)
    assert not SideRead.objects.exists()


def test_new_credentials_make_what_failed_due_at_once(mine: AdAccount) -> None:
    other = AdAccountFactory.create()
    for account in (mine, other):
        run(Step("good", HOUR, raises(Permanent("no"))), account, NOW)
    link = Connection.objects.get(pk=mine.connection_id)
    change_connection(
        link, name=link.name, graph_url=link.graph_url, api_version="v26.0", app_id=link.app_id, app_secret="",
        token="new",
    )  # fmt: skip
    assert due(GOOD, mine, NOW)
    assert not due(GOOD, other, NOW), "another connection's accounts have no reason to try again"


def test_pauses_grow_to_three_hours() -> None:
    assert steps.backoff(1) >= steps.FIRST_WAIT
    assert steps.LONGEST_WAIT <= steps.backoff(50) <= steps.LONGEST_WAIT * 1.2
