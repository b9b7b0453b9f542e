"""What is replayed is what the live engine did, and nothing that came later is seen."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import stamina
from django.db import transaction
from django.db.models import QuerySet
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from intelligence.columns import pack, unpack
from intelligence.models import HourBlock, Reading, State, StoredFrame
from optimization.backtest import AS_RECORDED, BacktestResult, backtest
from optimization.backtest.moments import Moment
from optimization.backtest.replay import Progress, Replay
from optimization.models import Action, LedgerEvent, Status
from tests.optimization.backtest.living import Lived, live

pytestmark = pytest.mark.django_db
FATES = {Status.EXECUTED, Status.REJECTED, Status.CANCELLED, Status.EXPIRED}


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Lived]:
    """Lived once for all tests of this file; each of them puts back what it alters."""
    with django_db_blocker.unblock(), stamina.set_testing(True, attempts=2, cap=True), transaction.atomic():
        with override_settings(INITIAL_HISTORICAL_DAYS=8):
            yield live(days=12, hours=8)
        transaction.set_rollback(True)


@pytest.fixture
def past(lived: Lived, db: None) -> Lived:
    """What a test alters is put back, for it runs in a transaction inside that of the life."""
    return lived


def replay(past: Lived, until: datetime | None = None, **options: Any) -> BacktestResult:
    return backtest(past.account, past.rules, past.since, until or past.until, now=past.until, **options)


def test_the_replay_equals_what_the_live_engine_did_one_for_one(past: Lived) -> None:
    found = replay(past, mode=AS_RECORDED)
    live_ones = LedgerEvent.objects.filter(kind="optimization_suggested", actor="rule")
    assert found.recorded == {"same": live_ones.count(), "only_replayed": [], "only_recorded": []}
    assert live_ones.count() > 10
    assert len({firing.kind for firing in found.firings}) >= 3
    assert set(Action.objects.values_list("status", flat=True)) >= FATES


def test_each_firing_says_what_became_of_it(past: Lived) -> None:
    fates = {(one.at, one.level, one.entity_id, one.kind): one.fate for one in replay(past, mode=AS_RECORDED).firings}
    for action in Action.objects.all():
        key = (action.proposed_at, action.level, action.entity_id, action.kind)
        assert fates[key] == action.get_status_display().lower()


def test_one_rule_alone_is_replayed_among_all_that_were_looked_at(past: Lived) -> None:
    rule = past.rules[0]
    found = backtest(past.account, [rule], past.since, past.until, now=past.until, mode=AS_RECORDED)
    assert {firing.rule for firing in found.firings} == {str(rule.public_id)}
    assert found.recorded is not None
    assert found.recorded["same"] == len(found.firings)


def scrambled(blob: bytes) -> bytes:
    """Every number another, every row in another's place."""
    columns = unpack(blob)
    rng = np.random.default_rng(3)
    changed = {name: column if name == "ids" else rng.permutation(column) for name, column in columns.items()}
    return pack({name: c * 3 + 1 if c.dtype.kind == "f" else c for name, c in changed.items()})


def alter_between(moment: datetime, end: datetime) -> int:
    """Readings, tables, states and hours stored in between: all scrambled, every third gone. Answers how many."""
    altered = 0
    stored: tuple[QuerySet[Any], ...] = (
        Reading.objects.filter(read_at__gt=moment, read_at__lte=end),
        StoredFrame.objects.filter(at__gt=moment, at__lte=end),
        State.objects.filter(at__gt=moment, at__lte=end),
        HourBlock.objects.filter(read_at__gt=moment, read_at__lte=end),
    )
    for rows in stored:
        for place, row in enumerate(rows.order_by("pk")):
            altered += 1
            if place % 3 == 0:
                row.delete()
                continue
            row.packed = scrambled(row.packed)
            row.save(update_fields=["packed"])
    return altered


def told(found: BacktestResult) -> list[Any]:
    """The replay itself; what came of it afterwards is measured from later data, so it is left out."""
    return [
        [(one.at, one.rule, one.level, one.entity_id, one.kind, one.before, one.wanted, one.final, one.reason)
         for one in found.firings],
        dict(found.blocked), dict(found.skipped), dict(found.nothing), found.matched,
    ]  # fmt: skip


def told_by_each_moment(past: Lived, mode: str) -> dict[datetime, list[Any]]:
    """What one replay of the whole life had told after each of its moments."""
    found: dict[datetime, list[Any]] = {}

    class Stepwise(Replay):
        def run(self, moments: Sequence[Moment], progress: Progress) -> None:
            for moment in moments:
                super().run([moment], progress)
                found[moment.at] = told(self.result)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("optimization.backtest.run.Replay", Stepwise)
        whole = replay(past, mode=mode)
    assert told(whole) == found[past.moments[-1]] == told(replay(past, mode=mode))
    return found


@pytest.mark.parametrize("mode", ["approve_all", AS_RECORDED])
def test_after_each_moment_nothing_that_was_stored_later_changes_the_replay(past: Lived, mode: str) -> None:
    """From the last moment backwards, so that at each of them all that came later is altered. What is replayed up to a
    moment then is, to the letter, what the replay of the whole life had told by it."""
    before = told_by_each_moment(past, mode)
    assert before[past.moments[-1]][0], "nothing fired"
    end, altered = datetime.max.replace(tzinfo=UTC), 0
    for moment in reversed(past.moments[1:]):
        altered += alter_between(moment, end)
        assert told(replay(past, moment, mode=mode)) == before[moment], moment
        end = moment
    assert altered > 50


def test_a_replay_writes_nothing(past: Lived, django_assert_max_num_queries: Callable[..., Any]) -> None:
    with django_assert_max_num_queries(2000) as queries:
        replay(past)
        replay(past, mode=AS_RECORDED)
    reads = re.compile(r"SELECT |DECLARE \S+ NO SCROLL CURSOR FOR SELECT ")  # PostgreSQL reads long answers by a cursor
    wrote = [one["sql"] for one in queries.captured_queries if not reads.match(one["sql"])]
    assert wrote == []


def test_approved_at_once_a_paused_entity_fires_once(past: Lived) -> None:
    found = replay(past)
    pauses = [one for one in found.firings if one.kind == "pause"]
    again = {one.entity_id for one in found.firings if one.kind == "activate"}
    once = [one.entity_id for one in pauses if one.entity_id not in again]
    assert len(once) == len(set(once)) > 0


def test_approved_at_once_the_next_step_starts_from_the_changed_budget(past: Lived) -> None:
    found = backtest(past.account, [past.rules[1]], past.since, past.until, now=past.until)
    share: dict[str, float] = {}
    for one in found.firings:
        stored = StoredFrame.objects.get(level=one.level, at=one.at)
        columns = unpack(stored.packed)
        real = columns["daily_budget"][columns["ids"].tolist().index(one.entity_id)] * 100
        assert one.before == pytest.approx(real * share.get(one.entity_id, 1.0), abs=1)
        share[one.entity_id] = share.get(one.entity_id, 1.0) * int(one.final) / int(one.before)
    assert max(share.values()) > 1.12, "some were raised twice"
