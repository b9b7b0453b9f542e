"""No interleaving of proposals, approvals, claims, expiries, cancels, stops and undos breaks a promise.

A state machine against the real services and the sandbox, step by step; and the same things done by several workers
at once, each with a connection of its own.
"""

import copy
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from metaads.graph.client import adapters
from metaads.models import AdSet, SwitchState
from metaads.sandbox.server import make_app
from metaads.sandbox.world.world import World
from optimization.dispatch import run_action
from optimization.incident.stops import lift_stop, set_stop
from optimization.ledger import verify
from optimization.models import Action, EmergencyStop, Rule, Status
from optimization.queue import services
from optimization.queue.acting_alone import act_alone
from optimization.queue.expiry import expire_due
from optimization.queue.propose import propose
from tests.factories.optimization import draft_of
from tests.optimization.conftest import HOST, NOW, Meta
from tests.optimization.queue.life import Life, broken_promises, stopped, try_it
from tests.sandbox_adapter import Controls, WsgiAdapter

SETS = 2
PERCENTS = st.sampled_from([-40, -20, -8, 4, 8, 15])


def wanted(budget: int, percent: int) -> int:
    return budget + budget * percent // 100


class Interleavings(RuleBasedStateMachine):
    """`meta` is put on a subclass by the test. Each example is one transaction, taken back at its end."""

    meta: Meta
    world: World

    @initialize()
    def begin(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.meta.app = make_app(copy.deepcopy(self.world))
        self.meta.control = Controls(self.meta.app)
        adapter = adapters[HOST]
        assert isinstance(adapter, WsgiAdapter)
        adapter.app = self.meta.app
        self.life, self.now = Life(self.meta, SETS), NOW
        self.life.fresh(self.now)

    def teardown(self) -> None:
        if not hasattr(self, "life"):
            return
        found = verify()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        assert found == []

    def _some(self, place: int, *statuses: Status) -> Action | None:
        rows = list(Action.objects.filter(status__in=statuses or tuple(Status)).order_by("pk"))
        return rows[place % len(rows)] if rows else None

    @rule(which=st.integers(0, SETS - 1), percent=PERCENTS)
    def a_rule_wants(self, which: int, percent: int) -> None:
        self.life.mirror_follows()
        row = AdSet.objects.get(account=self.life.account, meta_id=self.life.ids[which])
        budget = row.daily_budget or 0
        kind = "increase_budget" if percent > 0 else "decrease_budget"
        more = {**self.life.wish(), "data_read_at": self.now}
        propose(row.account, [draft_of(row, kind, wanted(budget, percent), **more)], [], self.now, None)

    @rule(place=st.integers(0, 9), who=st.integers(0, 1))
    def a_person_approves(self, place: int, who: int) -> None:
        action = self._some(place, Status.PENDING)
        if action:
            try_it(lambda: services.approve(action.pk, self.life.people[who], self.now, action.version))

    @rule(place=st.integers(0, 9))
    def a_person_takes_back(self, place: int) -> None:
        action = self._some(place, Status.PENDING, Status.APPROVED)
        if action:
            try_it(lambda: services.cancel(action.pk, self.life.people[0], self.now, "no"))

    @rule(place=st.integers(0, 9))
    def a_person_undoes(self, place: int) -> None:
        action = self._some(place, Status.EXECUTED)
        if action:
            try_it(lambda: services.undo(action.pk, self.life.people[1], self.now))

    @rule()
    def the_policy_looks(self) -> None:
        act_alone(self.life.account, self.now)

    @rule(place=st.integers(0, 9))
    def a_worker_takes_one(self, place: int) -> None:
        action = self._some(place, Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN)
        if action is None:
            return
        held, before = stopped(self.life), len(self.meta.control.writes())
        Action.objects.filter(pk=action.pk).update(next_try_at=None)
        run_action(action.pk, self.now)
        assert not held or len(self.meta.control.writes()) == before, "a write began during a stop"

    @rule(which=st.integers(0, SETS - 1), percent=PERCENTS)
    def somebody_else_edits(self, which: int, percent: int) -> None:
        one = self.life.ids[which]
        self.meta.edit(one, wanted(self.meta.budget(one), percent))

    @rule(minutes=st.sampled_from([5, 61, 360, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.life.fresh(self.now)
        expire_due(self.life.account, self.now)

    @precondition(lambda self: not stopped(self.life))
    @rule()
    def a_manager_stops(self) -> None:
        set_stop(self.life.account, self.life.people[0], self.now, "look")

    @precondition(lambda self: stopped(self.life))
    @rule()
    def the_stop_is_lifted(self) -> None:
        for stop in EmergencyStop.objects.filter(lifted_at__isnull=True):
            lift_stop(stop, None, self.now, "looked")
        Rule.objects.update(active=True)

    @rule()
    def the_executor_is_switched(self) -> None:
        row, _ = SwitchState.objects.get_or_create(name="ENABLE_ACTION_EXECUTOR")
        SwitchState.objects.filter(pk=row.pk).update(on=not row.on)

    @invariant()
    def all_promises_hold(self) -> None:
        if hasattr(self, "life"):
            assert broken_promises(self.life) == []


def test_no_interleaving_breaks_a_promise(meta: Meta, small_world: World) -> None:
    machine = type("Bound", (Interleavings,), {"meta": meta, "world": small_world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=8, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def _one_thing(which: int, pk: int, user: User, life: Life, now: datetime) -> None:
    things: tuple[Callable[[], object], ...] = (
        lambda: try_it(lambda: services.approve(pk, user, now)),
        lambda: run_action(pk, now),
        lambda: run_action(pk, now),
        lambda: act_alone(life.account, now),
        lambda: try_it(lambda: services.undo(pk, user, now)),
        lambda: expire_due(life.account, now),
    )
    things[which]()


def work(life: Life, seed: int, now: datetime) -> None:
    """Forty things that people and workers do, in an order of its own."""
    chance = random.Random(seed)
    try:
        for _ in range(40):
            pks = list(Action.objects.order_by("pk").values_list("pk", flat=True))
            pk, user = chance.choice(pks), chance.choice(life.people)
            with suppress(Action.DoesNotExist):
                _one_thing(chance.randrange(6), pk, user, life, now)
    finally:
        connections.close_all()


@pytest.mark.postgres
@pytest.mark.parametrize("seed", [1, 2])
def test_people_and_workers_at_once_break_no_promise(meta: Meta, seed: int) -> None:
    """SQLite has one writer: there is nothing at once there."""
    life = Life(meta, 6)
    life.fresh(NOW)
    for number, row in enumerate(AdSet.objects.filter(account=life.account, meta_id__in=life.ids).order_by("pk")):
        for percent in (8, -8, -30):
            kind = ("increase_budget", "decrease_budget", "set_budget")[(8, -8, -30).index(percent)]
            more = {**life.wish(), "data_read_at": NOW, "priority": 50}
            budget = wanted(row.daily_budget or 0, percent - number % 2)
            propose(row.account, [draft_of(row, kind, budget, **more)], [], NOW, None)
    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(work, life, seed * 100 + n, NOW) for n in range(6)]:
            done.result()
    assert broken_promises(life) == []
    assert verify() == []
    assert Action.objects.filter(executed_at__isnull=False).exists()
