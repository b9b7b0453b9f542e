"""The live cycle logs every check in the run's own transaction, with what became of each match."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from metaads.models import AdAccount, AdSet
from optimization.cycle import run_cycle
from optimization.kinds.pause import Pause
from optimization.models import Action, EvaluationBlock, EvaluationTick, Rule, Run
from optimization.queue import services
from optimization.rules.evaluate import Outcome
from optimization.rules.why import Check, search
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, keep_frame, make_rule, pause_action
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SPENDS = leaf("spend_7d", ">", 50)
RAISE = {"kind": "increase_budget", "parameters": {"percent": 10}}
Look = Callable[..., Run | None]


@pytest.fixture
def sets() -> list[AdSet]:
    first: AdSet = AdSetFactory.create()
    return [first, *AdSetFactory.create_batch(2, campaign=first.campaign)]


@pytest.fixture
def account(sets: list[AdSet]) -> AdAccount:
    return sets[0].account


@pytest.fixture
def look(sets: list[AdSet], account: AdAccount) -> Look:
    def evaluate(*spent: float | None, hours: int = 0) -> Run | None:
        now = NOW + timedelta(hours=hours)
        columns: dict[str, list[Any]] = {"ids": [one.meta_id for one in sets], "spend_7d": list(spent)}
        keep_frame(account, "adset", columns, now)
        return run_cycle(account, now)

    return evaluate


def newest(account: AdAccount, ad_set: AdSet, rule: Rule | None = None) -> Check:
    return search(account, "adset", ad_set.meta_id, NOW - HOUR, NOW + 99 * HOUR, rule, explained=1)[0]


def test_the_log_says_what_each_check_came_to(look: Look, account: AdAccount, sets: list[AdSet]) -> None:
    make_rule(account, SPENDS)
    look(60, 40, None)
    said = [(check.result, check.reason) for check in (newest(account, one) for one in sets)]
    assert said == [("matched", "proposed"), ("not_matched", ""), ("no_data", "")]
    assert newest(account, sets[1]).near_miss == "Would fire if spend in the last 7 days rose by more than 10.00 EUR."
    look(61, 40, None, hours=1)
    assert newest(account, sets[0]).reason == "its open proposal was refreshed"


def test_a_loser_of_a_conflict_says_to_whom(look: Look, account: AdAccount, sets: list[AdSet]) -> None:
    make_rule(account, SPENDS, name="Stop")
    grow = make_rule(account, SPENDS, RAISE, name="Grow")
    look(60, 0, 0)
    check = newest(account, sets[0], grow)
    assert check.result == "skipped"
    assert check.reason == "lost a conflict: Safety goes before growth: pause by rule Stop."


def test_what_a_person_rejected_says_so(look: Look, account: AdAccount, sets: list[AdSet]) -> None:
    make_rule(account, SPENDS)
    look(60, 0, 0)
    services.reject(Action.objects.get().pk, None, NOW, "not this one")
    look(60, 0, 0, hours=1)
    assert newest(account, sets[0]).reason == "rejected by a person in the last 72 h"


def test_a_rail_that_blocks_names_itself_and_its_reason(look: Look, account: AdAccount, sets: list[AdSet]) -> None:
    AdSet.objects.update(daily_budget=10_000)
    pause_action(sets[0], status="executed", executed_at=NOW - HOUR, kind="decrease_budget", field="daily_budget")
    make_rule(account, SPENDS, RAISE)
    run = look(60, 0, 0)
    assert run is not None
    assert run.counts["blocked"] == {"cooldown": 1}
    check = newest(account, sets[0])
    assert (check.result, check.reason.partition(":")[0]) == ("skipped", "Cooldown")


def test_what_has_nothing_to_do_says_why(look: Look, account: AdAccount, sets: list[AdSet]) -> None:
    AdSet.objects.filter(pk=sets[0].pk).update(status="PAUSED")
    make_rule(account, SPENDS)
    look(60, 0, 0)
    assert newest(account, sets[0]).result == "skipped"
    assert "paused" in newest(account, sets[0]).reason.lower()


def test_a_notice_is_a_match_that_was_told(look: Look, account: AdAccount, sets: list[AdSet]) -> None:
    make_rule(account, SPENDS, {"kind": "notify_only", "parameters": {"message": "look"}})
    look(60, 0, 0)
    assert (newest(account, sets[0]).result, newest(account, sets[0]).reason) == ("matched", "told")


def test_a_killed_run_leaves_no_log(look: Look, account: AdAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    make_rule(account, SPENDS)

    def killed(*args: Any) -> Any:
        raise SystemExit("as if by SIGKILL")

    with monkeypatch.context() as patch:
        patch.setattr("optimization.cycle._finish", killed)
        with pytest.raises(SystemExit):
            look(60, 0, 0)
    assert (EvaluationTick.objects.count(), EvaluationBlock.objects.count()) == (0, 0)
    run_cycle(account, NOW)
    assert EvaluationTick.objects.count() == 1


def test_the_same_data_again_are_logged_once(look: Look, account: AdAccount) -> None:
    make_rule(account, SPENDS)
    look(60, 0, 0)
    run_cycle(account, NOW + timedelta(minutes=5))
    assert EvaluationTick.objects.count() == 1


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Ids of entities on which pausing errs."""
    bad: set[str] = set()
    real = Pause.change

    def change(self: Pause, entity: Any, *rest: Any) -> Any:
        if entity.meta_id in bad:
            raise ArithmeticError("it broke")
        return real(self, entity, *rest)

    monkeypatch.setattr(Pause, "change", change)
    return bad


def test_one_entity_that_errs_keeps_the_others_going(
    look: Look, account: AdAccount, sets: list[AdSet], breaks: set[str]
) -> None:
    breaks.add(sets[0].meta_id)
    rule = make_rule(account, SPENDS)
    run = look(60, 60, 60)
    assert run is not None
    assert run.counts["created"] == 2
    assert "erred on 1 of 3: it broke" in run.problems[-1]
    assert (newest(account, sets[0]).result, newest(account, sets[0]).reason) == ("errored", "it broke")
    rule.refresh_from_db()
    assert (rule.active, rule.consecutive_failures) == (True, 0)


def test_a_rule_that_errs_on_half_of_a_few_counts_a_failure_and_wants_nothing(
    look: Look, account: AdAccount, sets: list[AdSet], breaks: set[str]
) -> None:
    breaks.update(one.meta_id for one in sets[:2])
    rule = make_rule(account, SPENDS)
    look(60, 60, 60)
    rule.refresh_from_db()
    assert (Action.objects.count(), rule.consecutive_failures, rule.active) == (0, 1, True)
    assert newest(account, sets[2]).result == "errored"


def test_a_rule_that_errs_on_half_of_twenty_stops_at_once_and_its_owner_is_told(
    sets: list[AdSet], account: AdAccount, breaks: set[str]
) -> None:
    many = [*sets, *AdSetFactory.create_batch(17, campaign=sets[0].campaign)]
    breaks.update(one.meta_id for one in many[:10])
    rule = make_rule(account, SPENDS)
    keep_frame(account, "adset", {"ids": [one.meta_id for one in many], "spend_7d": [60] * 20})
    run_cycle(account, NOW)
    rule.refresh_from_db()
    assert not rule.active
    assert rule.disabled_reason.startswith("One evaluation erred on 10 of 20 entities.")
    assert Action.objects.count() == 0


def test_an_entity_that_cannot_be_traced_is_left_out_alone(
    look: Look, account: AdAccount, sets: list[AdSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Outcome.traces

    def traces(self: Outcome, rows: Any = None, currency: str = "") -> Any:
        if rows is not None and 0 in rows:
            raise ArithmeticError("no trace")
        return real(self, rows, currency)

    monkeypatch.setattr(Outcome, "traces", traces)
    make_rule(account, SPENDS)
    run = look(60, 60, 60)
    assert run is not None
    assert run.counts["created"] == 2
    monkeypatch.undo()
    assert (newest(account, sets[0]).result, newest(account, sets[0]).reason) == ("errored", "no trace")
