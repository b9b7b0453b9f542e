"""Real processes, killed and frozen at every step of carrying out an action, against a sandbox over HTTP.

The database is the suite's own (SQLite file or PostgreSQL); the workers are processes with connections of their own.
"""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from metaads.models import AdAccount, JournalStep
from optimization.models import Action, LimitCounter, Status
from tests.benchmarks.chaos.facts import (
    Field,
    ad_sets_with_budget,
    approved_budget,
    field,
    let_the_lease_run_out,
    true_and_once,
    wait_for_the_lease,
)
from tests.benchmarks.chaos.processes import LEASE, SETTLE, until_stopped

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
KILLED = -signal.SIGKILL
LONGER_THAN_WE_WAIT = LEASE / 2
STEPS = {"claimed": 1, "read": 2, "intended": 3, "sent": 4, "read back": 5, "finished": 6}


@pytest.fixture(scope="module")
def ground(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with field(tmp_path_factory.mktemp("killed")) as made:
        yield made


@pytest.fixture
def accounts(ground: Field) -> Iterator[list[AdAccount]]:
    """Mirrored anew for each test. Two hours pass first: Meta allows four budget changes of an ad set in one."""
    ground.control.call("POST", "clock/advance", {"hours": 2})
    yield ground.connect()
    ground.control.call("DELETE", "faults")


@pytest.fixture
def approved(accounts: list[AdAccount]) -> list[Action]:
    """One approved budget change on each of a dozen ad sets: a scenario each."""
    actions = [approved_budget(ad_set) for account in accounts for ad_set in ad_sets_with_budget(account)]
    assert len(actions) >= 12
    return actions


def _settled_by_others(ground: Field, actions: list[Action]) -> None:
    for action in actions:
        wait_for_the_lease(action)
    pids = [ground.nursery.start("settle", action_id=action.pk) for action in actions]
    assert [ground.nursery.wait(pid) for pid in pids] == [0] * len(pids)


def test_a_worker_killed_at_any_step_leaves_exactly_one_change(ground: Field, approved: list[Action]) -> None:
    since, cases = ground.last_write(), dict(zip([*STEPS, "before the socket"], approved, strict=False))
    pids = {
        name: ground.nursery.start("run", action_id=action.pk, step=STEPS.get(name, 0), socket=name not in STEPS)
        for name, action in cases.items()
    }
    assert {name: ground.nursery.wait(pid) for name, pid in pids.items()} == dict.fromkeys(cases, KILLED)

    _settled_by_others(ground, list(cases.values()))
    assert {name: true_and_once(ground, action, since) for name, action in cases.items()} == {n: [] for n in cases}


def test_a_worker_killed_while_its_request_is_on_the_wire_leaves_exactly_one_change(
    ground: Field, approved: list[Action]
) -> None:
    action, since = approved[0], ground.last_write()
    ground.fault("timeout_after", method="POST", path=action.entity_id, seconds=0.8)
    pid = ground.nursery.start("run", action_id=action.pk)
    while not ground.writes(action.entity_id, since):
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    assert ground.nursery.wait(pid) == KILLED

    _settled_by_others(ground, [action])
    assert true_and_once(ground, action, since) == []


def test_a_worker_killed_before_any_write_to_the_database_leaves_exactly_one_change(
    ground: Field, accounts: list[AdAccount]
) -> None:
    """Every INSERT, UPDATE and DELETE of one execution in turn, hence every edge of a transaction. The lease is run
    out by hand, for the time it takes is no matter here."""
    ad_sets = [ad_set for account in accounts for ad_set in ad_sets_with_budget(account)]
    wrong: dict[int, list[str]] = {}
    number, code = 0, KILLED
    while code == KILLED:
        number += 1
        if number % len(ad_sets) == 0:
            ground.control.call("POST", "clock/advance", {"hours": 2})
        LimitCounter.objects.all().delete()
        action, since = approved_budget(ad_sets[number % len(ad_sets)]), ground.last_write()
        code = ground.nursery.wait(ground.nursery.start("run", action_id=action.pk, write=number))
        let_the_lease_run_out(action)
        assert ground.nursery.wait(ground.nursery.start("settle", action_id=action.pk)) == 0
        wrong[number] = true_and_once(ground, action, since)
    assert code == 0
    assert number > 12, "an execution writes more often than that"
    assert {n: found for n, found in wrong.items() if found} == {}


def test_killed_twice_or_while_settling_it_is_still_one_change(ground: Field, approved: list[Action]) -> None:
    """First step the first worker dies at, then the one its successor dies at. After a send the successor claims and
    finishes as uncertain (two steps), then claims and reads."""
    since = ground.last_write()
    plan = [(1, 1), (1, 3), (3, 1), (4, 1), (4, 2), (4, 3), (4, 4), (3, 5), (5, 4)]
    cases = dict(zip(plan, approved, strict=False))
    first = {case: ground.nursery.start("run", action_id=a.pk, step=case[0]) for case, a in cases.items()}
    assert {case: ground.nursery.wait(pid) for case, pid in first.items()} == dict.fromkeys(cases, KILLED)
    for action in cases.values():
        wait_for_the_lease(action)
    second = {case: ground.nursery.start("settle", action_id=a.pk, step=case[1]) for case, a in cases.items()}
    assert {case: ground.nursery.wait(pid) for case, pid in second.items()} == dict.fromkeys(cases, KILLED)

    _settled_by_others(ground, list(cases.values()))
    assert {case: true_and_once(ground, a, since) for case, a in cases.items()} == {case: [] for case in cases}


def test_a_worker_frozen_past_its_lease_writes_nothing_when_it_thaws(ground: Field, approved: list[Action]) -> None:
    """Frozen after claiming, reading, or recording the intent: the successor finishes, the thawed one finds out."""
    since, cases = ground.last_write(), dict(zip(["claimed", "read", "intended"], approved, strict=False))
    frozen = [ground.nursery.start("run", action_id=a.pk, step=STEPS[n], how="freeze") for n, a in cases.items()]
    for pid in frozen:
        until_stopped(pid)
    _settled_by_others(ground, list(cases.values()))
    for pid in frozen:
        os.kill(pid, signal.SIGCONT)
    assert [ground.nursery.wait(pid) for pid in frozen] == [0, 0, 0]
    assert {name: true_and_once(ground, action, since) for name, action in cases.items()} == {n: [] for n in cases}


def test_a_worker_within_its_lease_is_left_alone(ground: Field, approved: list[Action]) -> None:
    action, since = approved[0], ground.last_write()
    first = ground.nursery.start("run", action_id=action.pk, step=STEPS["intended"], how="freeze")
    until_stopped(first)
    assert ground.nursery.wait(ground.nursery.start("run", action_id=action.pk)) == 0
    assert JournalStep.objects.get(key=f"{action.public_id}:1").fence == 1
    os.kill(first, signal.SIGCONT)
    assert ground.nursery.wait(first) == 0

    _settled_by_others(ground, [action])
    assert true_and_once(ground, action, since) == []


def test_a_worker_that_thaws_while_its_successor_is_at_work_writes_nothing(
    ground: Field, approved: list[Action]
) -> None:
    """The step is claimed again, so only the fence tells the two apart."""
    action, since = approved[0], ground.last_write()
    first = ground.nursery.start("run", action_id=action.pk, step=STEPS["intended"], how="freeze")
    until_stopped(first)
    wait_for_the_lease(action)
    second = ground.nursery.start("run", action_id=action.pk, step=STEPS["claimed"], how="freeze")
    until_stopped(second)
    os.kill(first, signal.SIGCONT)
    assert ground.nursery.wait(first) == 0
    assert ground.writes(action.entity_id, since) == []
    os.kill(second, signal.SIGCONT)
    assert ground.nursery.wait(second) == 0

    _settled_by_others(ground, [action])
    assert true_and_once(ground, action, since) == []


def test_a_worker_frozen_right_before_the_socket_is_waited_for(ground: Field, approved: list[Action]) -> None:
    """Its last check is behind it, so it will send when it thaws; the settling time is there for that."""
    action, since = approved[0], ground.last_write()
    pid = ground.nursery.start("run", action_id=action.pk, socket=True, how="freeze")
    until_stopped(pid)
    wait_for_the_lease(action)
    assert ground.nursery.wait(ground.nursery.start("run", action_id=action.pk)) == 0
    action.refresh_from_db()
    assert action.status == Status.UNCERTAIN
    os.kill(pid, signal.SIGCONT)
    ground.nursery.wait(pid)

    _settled_by_others(ground, [action])
    assert true_and_once(ground, action, since) == []


def test_frozen_there_beyond_lease_and_settling_the_same_value_is_sent_twice_and_the_end_is_true(
    ground: Field, approved: list[Action]
) -> None:
    """The residual risk of docs/reliability.md: Meta knows no fence, so a value sent twice has to be harmless."""
    action, since = approved[0], ground.last_write()
    pid = ground.nursery.start("run", action_id=action.pk, socket=True, how="freeze")
    until_stopped(pid)
    _settled_by_others(ground, [action])
    os.kill(pid, signal.SIGCONT)
    ground.nursery.wait(pid)

    action.refresh_from_db()
    assert action.status == Status.EXECUTED
    assert {w["after"]["daily_budget"] for w in ground.writes(action.entity_id, since)} == {action.value_final}


def test_one_task_in_two_processes_at_once_is_done_once(ground: Field, approved: list[Action]) -> None:
    since, at = ground.last_write(), time.monotonic() + 1.0
    actions = approved[:8]
    pids = [ground.nursery.start("run", action_id=a.pk, at=at) for a in actions for _ in range(2)]
    assert {ground.nursery.wait(pid) for pid in pids} <= {0}

    _settled_by_others(ground, actions)
    assert [true_and_once(ground, action, since) for action in actions] == [[] for _ in actions]


def test_answers_that_never_come_are_settled_by_reading(ground: Field, approved: list[Action]) -> None:
    """Through real sockets: the time-out is a time-out and the dropped connection is dropped."""
    kinds = {
        "timeout_before": LONGER_THAN_WE_WAIT,
        "timeout_after": LONGER_THAN_WE_WAIT,
        "html_502": 0.0,
        "html_502_after": 0.0,
        "drop_before": 0.0,
        "drop_after": 0.0,
        "late_effect": SETTLE / 2,
    }
    since, cases = ground.last_write(), dict(zip(kinds, approved, strict=False))
    for kind, action in cases.items():
        ground.fault(kind, method="POST", path=action.entity_id, seconds=kinds[kind])
    pids = [ground.nursery.start("run", action_id=action.pk) for action in cases.values()]
    assert [ground.nursery.wait(pid) for pid in pids] == [0] * len(pids)
    seen = dict(Action.objects.filter(pk__in=[a.pk for a in cases.values()]).values_list("pk", "status"))
    assert {kind: seen[action.pk] for kind, action in cases.items()} == dict.fromkeys(cases, Status.UNCERTAIN)

    _settled_by_others(ground, list(cases.values()))
    assert {kind: true_and_once(ground, action, since) for kind, action in cases.items()} == {k: [] for k in cases}
