"""What goes wrong in an evaluation, and what is left of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from metaads.models import AdAccount, AdSet
from optimization.cycle import run_cycle
from optimization.models import Action, Run
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, keep_frame, make_rule
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
SPENDS = leaf("spend_7d", ">", 50)
Evaluate = Callable[..., Run | None]


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


@pytest.fixture
def account(ad_set: AdSet) -> AdAccount:
    return ad_set.account


@pytest.fixture
def look(ad_set: AdSet) -> Evaluate:
    """Evaluates a frame in which the ad set spent 60 in seven days."""

    def evaluate(hours: float = 0, age: timedelta | None = None) -> Run | None:
        now = NOW + timedelta(hours=hours)
        columns: dict[str, list[Any]] = {"ids": [ad_set.meta_id], "name": [ad_set.name], "spend_7d": [60]}
        keep_frame(ad_set.account, "adset", columns, now, age)
        return run_cycle(ad_set.account, now)

    return evaluate


def test_a_rule_whose_wish_breaks_is_switched_off_after_three_times_and_the_others_run_on(
    look: Evaluate, account: AdAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower = {"kind": "decrease_budget", "parameters": {"percent": 10}}
    bad = make_rule(account, SPENDS, lower, name="Bad", priority=90)
    make_rule(account, SPENDS, {"kind": "pause"}, name="Good")

    def breaks(*args: Any) -> Any:
        raise ArithmeticError("it broke")

    monkeypatch.setattr("optimization.kinds.decrease_budget.DecreaseBudget.change", breaks)
    for hour in range(3):
        look(hour)
    bad.refresh_from_db()
    assert (bad.active, bad.consecutive_failures) == (False, 3)
    assert [action.kind for action in Action.objects.all()] == ["pause"]


def test_a_run_that_is_killed_half_way_leaves_nothing_and_the_next_look_makes_it(
    look: Evaluate, account: AdAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rule(account, SPENDS)

    def killed(*args: Any) -> Any:
        raise SystemExit("as if by SIGKILL")

    with monkeypatch.context() as patch:
        patch.setattr("optimization.cycle.mark_stale", killed)
        with pytest.raises(SystemExit):
            look()
    assert (Action.objects.count(), Run.objects.filter(kind="evaluate").count()) == (0, 0)
    run = run_cycle(account, NOW)
    assert run is not None
    assert run.counts["created"] == 1


def test_data_from_the_future_are_not_decided_on(look: Evaluate, account: AdAccount) -> None:
    make_rule(account, SPENDS)
    assert look(age=timedelta(days=-900)) is None


def test_a_rule_that_breaks_only_where_its_reasons_are_told_is_switched_off_after_three_times_as_well(
    look: Evaluate, account: AdAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = make_rule(account, SPENDS, name="Bad")

    def breaks(*args: Any) -> Any:
        raise ArithmeticError("it broke")

    monkeypatch.setattr("optimization.wants.sentence", breaks)
    for hour in range(3):
        look(hour)
    bad.refresh_from_db()
    assert (bad.active, bad.consecutive_failures) == (False, 3)
    assert Action.objects.count() == 0
