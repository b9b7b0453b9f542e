"""The queue in line: grouped by cause, and beyond what a day shows, folded; loss prevention never."""

from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from optimization.kinds import KINDS
from optimization.models import AccountLimits, Action
from optimization.queue.lineup import Cap, InLine, as_one, line_up, lineup
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, pause_action

BERLIN = ZoneInfo("Europe/Berlin")


def row(pk: int, kind: str = "increase_budget", account: int = 1, hours: float = 0, rule: int | None = 1) -> InLine:
    when = NOW + timedelta(hours=hours)
    return InLine(pk, 1, account, kind, "rule", "scaling", rule, "Scale", None, 100, "EUR", when)


def pks(rows: Iterable[InLine]) -> list[int]:
    return [one.pk for one in rows]


def test_causes_stand_by_their_best_and_sum_what_is_known() -> None:
    rows = [row(1), row(2, "pause", rule=2), row(3), row(4, rule=None), row(5)._replace(stake=None)]
    made = line_up(rows, {1: Cap(50, BERLIN)}).causes
    assert [(cause.key, pks(cause.rows)) for cause in made] == [
        ("rule-1-increase_budget", [1, 3, 5]),
        ("rule-2-pause", [2]),
        ("rule-increase_budget-scaling", [4]),
    ]
    assert (made[0].stakes, made[0].unknown) == ({"EUR": 200}, 1)


def test_beyond_the_cap_of_a_day_the_lower_ranked_are_folded_and_loss_prevention_never() -> None:
    rows = [row(1), row(2), row(3), row(4, "pause"), row(5, "decrease_budget"), row(6)]
    line = line_up(rows, {1: Cap(2, BERLIN)})
    assert sorted(line.ids) == [1, 2, 4, 5]
    assert pks(line.folded) == [3, 6]


def test_each_account_and_each_of_its_local_days_has_its_own_cap() -> None:
    rows = [row(1), row(2, account=2), row(3, hours=10.9), row(4, hours=11.1)]  # Berlin: 23:54 and 00:06
    line = line_up(rows, {1: Cap(1, BERLIN), 2: Cap(1, BERLIN)})
    assert (sorted(line.ids), pks(line.folded)) == ([1, 2, 4], [3])


Rows = st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.integers(1, 3), st.integers(0, 72), st.integers(1, 4)))


@settings(deadline=None)
@given(Rows, st.integers(0, 5))
def test_nobody_is_lost_or_doubled_and_the_cap_holds(found: list[tuple[str, int, int, int]], most: int) -> None:
    rows = [row(n, kind, account, hours, rule) for n, (kind, account, hours, rule) in enumerate(found)]
    line = line_up(rows, {account: Cap(most, BERLIN) for account in (1, 2, 3)})
    assert sorted([*line.ids, *pks(line.folded)]) == pks(rows)
    assert not any(KINDS[one.kind].loss_prevention for one in line.folded)
    growing: dict[tuple[int, object], int] = {}
    for cause in line.causes:
        for one in cause.rows:
            day = (one.account_id, one.proposed_at.astimezone(BERLIN).date())
            growing[day] = growing.get(day, 0) + (not KINDS[one.kind].loss_prevention)
    assert max(growing.values(), default=0) <= most
    assert sorted(pk for cause in as_one(line.folded) for pk in pks(cause.rows)) == sorted(pks(line.folded))


@pytest.mark.django_db
def test_thousands_stand_in_line_with_two_queries() -> None:
    first = AdSetFactory.create()
    AccountLimits.objects.create(account=first.account, queue_daily_cap=2)
    for one in [first, *AdSetFactory.create_batch(4, campaign=first.campaign)]:
        budget_action(one, 12_000)
        pause_action(one)
    with CaptureQueriesContext(connection) as queries:
        line = lineup(Action.objects.all(), [first.account])
    assert len(queries) == 2
    assert (len(line.ids), len(line.folded)) == (5, 5)
