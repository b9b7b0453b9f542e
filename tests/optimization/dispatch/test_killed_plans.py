"""Actions of several steps in real processes, killed at each step's log lines: made once, done or put back."""

import signal
from collections.abc import Iterator
from itertools import islice

import pytest

from metaads.graph.client import client_for
from metaads.models import AdAccount, AdSet, JournalStep
from metaads.reader.entity import read_fields
from metaads.reader.marked import find_marked
from optimization.ledger import verify
from optimization.models import Action, Hold, Status
from tests.benchmarks.chaos.facts import Field, ad_sets_with_budget, field, wait_for_the_lease
from tests.benchmarks.chaos.plans import approved_plan, budget_step, copy_steps, refused_step

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
KILLED = -signal.SIGKILL
# Lines of one step: claimed, read, intended, sent, read back, finished; three steps.
LINES = (1, 3, 4, 5, 6, 7, 10, 11, 13, 16, 17, 18)
# The second step ends after four lines (refused), then the first is put back.
LINES_BACK = (10, 11, 12, 13, 14, 15)


@pytest.fixture(scope="module")
def ground(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with field(tmp_path_factory.mktemp("killed-plans")) as made:
        yield made


@pytest.fixture
def ad_sets(ground: Field) -> list[AdSet]:
    ground.control.call("POST", "clock/advance", {"hours": 2})
    accounts: list[AdAccount] = ground.connect()
    found = [ad_set for account in accounts for ad_set in ad_sets_with_budget(account)]
    assert len(found) >= len(LINES)
    return found


def _killed_at(ground: Field, cases: dict[int, Action]) -> None:
    """Four at a time. On a busy machine an answer may come too late, and then a worker stops before its line."""
    codes = []
    waiting = iter(cases.items())
    while batch := list(islice(waiting, 4)):
        pids = [ground.nursery.start("run", action_id=action.pk, step=line) for line, action in batch]
        codes += [ground.nursery.wait(pid) for pid in pids]
    assert set(codes) <= {KILLED, 0}
    assert codes.count(KILLED) > len(codes) / 2
    for action in cases.values():
        wait_for_the_lease(action)
    settlers = [ground.nursery.start("settle", action_id=action.pk) for action in cases.values()]
    assert [ground.nursery.wait(pid) for pid in settlers] == [0] * len(settlers)
    for action in cases.values():
        action.refresh_from_db()


def test_killed_at_any_line_a_copy_is_made_once_and_the_rest_is_done(ground: Field, ad_sets: list[AdSet]) -> None:
    cases = {
        line: approved_plan(one, "duplicate", *copy_steps(one, 1.2)) for line, one in zip(LINES, ad_sets, strict=False)
    }
    _killed_at(ground, cases)

    for line, action in cases.items():
        client, marker = client_for(action.account), f"[ci {action.public_id.hex[:12]}-1]"
        rows = find_marked(client, action.account.path_id, "adsets", marker)
        assert action.status == Status.EXECUTED, (line, action.outcome_note)
        assert [row["id"] for row in rows] == [one["id"] for one in action.made], line
        live = read_fields(client, rows[0]["id"], ("status", "daily_budget"))
        assert (live["status"], int(live["daily_budget"])) == ("ACTIVE", action.steps[1]["new"]), line
    assert not Hold.objects.exists()
    assert verify() == []


def test_killed_while_putting_back_everything_is_put_back_all_the_same(ground: Field, ad_sets: list[AdSet]) -> None:
    by_account: dict[int, list[AdSet]] = {}
    for one in ad_sets:
        by_account.setdefault(one.account_id, []).append(one)
    pairs = [pair for found in by_account.values() for pair in zip(found[::2], found[1::2], strict=False)]
    cases = {
        line: approved_plan(
            first, "reallocate", budget_step(first, (first.daily_budget or 0) - 100), refused_step(second)
        )
        for line, (first, second) in zip(LINES_BACK, pairs, strict=False)
    }
    assert len(cases) >= 5
    since = ground.last_write()
    _killed_at(ground, cases)

    for line, action in cases.items():
        old, new = action.steps[0]["old"], action.steps[0]["new"]
        assert action.status == Status.FAILED, (line, action.outcome_note)
        assert [w["after"]["daily_budget"] for w in ground.writes(action.entity_id, since)] == [new, old], line
        back = JournalStep.objects.get(key=f"{action.public_id}:r1")
        assert back.state == JournalStep.State.DONE, line
    assert not Hold.objects.exists()
