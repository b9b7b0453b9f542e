"""Hold-out: a share of the firings is skipped by lot, the draw holds for seven days and is recorded with its chance."""

from datetime import timedelta
from typing import Any

import pytest

from metaads.models import AdAccount, AdSet
from optimization.cycle import run_cycle
from optimization.models import Action, HoldoutDraw, Rule, Run
from optimization.rules.services import save_rule
from optimization.rules.why import search
from optimization.trial.holdout import is_held
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, keep_frame, make_rule, version_of
from tests.optimization.rules.build import document, leaf

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SPENDS = leaf("spend_7d", ">", 50)


@pytest.fixture
def sets() -> list[AdSet]:
    first: AdSet = AdSetFactory.create()
    return [first, *AdSetFactory.create_batch(39, campaign=first.campaign)]


@pytest.fixture
def account(sets: list[AdSet]) -> AdAccount:
    return sets[0].account


def look(account: AdAccount, sets: list[AdSet], days: float = 0) -> Run:
    now = NOW + days * DAY
    columns: dict[str, list[Any]] = {"ids": [one.meta_id for one in sets], "spend_7d": [70] * len(sets)}
    keep_frame(account, "adset", columns, now)
    run = run_cycle(account, now)
    assert run is not None
    return run


def held() -> set[str]:
    return set(HoldoutDraw.objects.filter(held=True).values_list("entity_id", flat=True))


def test_nothing_is_held_out_unless_asked(account: AdAccount, sets: list[AdSet]) -> None:
    make_rule(account, SPENDS)
    look(account, sets)
    assert (HoldoutDraw.objects.count(), Action.objects.count()) == (0, 40)


def test_what_is_held_out_is_not_proposed_and_both_sides_are_recorded(account: AdAccount, sets: list[AdSet]) -> None:
    make_rule(account, SPENDS, holdout_percent=50)
    run = look(account, sets)
    assert 8 <= len(held()) <= 32
    assert HoldoutDraw.objects.filter(propensity=0.5, until=NOW + 7 * DAY).count() == 40
    assert {action.entity_id for action in Action.objects.all()} == {one.meta_id for one in sets} - held()
    assert run.counts["skipped"] == {"held out to measure the rule's effect": len(held())}
    one = min(held())
    check = search(account, "adset", one, NOW, NOW)[0]
    assert check.result == "skipped"
    assert check.reason.startswith("held out until 27 Nov, 13:00 CET: 50 % of its firings are, by lot")


def test_the_draw_holds_for_seven_days_and_then_is_drawn_anew(account: AdAccount, sets: list[AdSet]) -> None:
    make_rule(account, SPENDS, holdout_percent=50)
    look(account, sets)
    first = held()
    look(account, sets, days=6.9)
    assert (held(), HoldoutDraw.objects.count()) == (first, 40)
    look(account, sets, days=7)
    again = set(HoldoutDraw.objects.filter(held=True, since=NOW + 7 * DAY).values_list("entity_id", flat=True))
    assert HoldoutDraw.objects.count() == 80
    assert again != first


def test_an_edited_rule_draws_anew(account: AdAccount, sets: list[AdSet]) -> None:
    rule = make_rule(account, SPENDS, holdout_percent=50)
    look(account, sets)
    save_rule(rule, document(leaf("spend_7d", ">", 40), holdout_percent=50), None, NOW)
    look(account, sets, days=0.1)
    assert HoldoutDraw.objects.filter(rule_version__number=2).count() == 40


def test_the_draw_depends_on_version_entity_and_episode_alone(account: AdAccount) -> None:
    version = version_of(make_rule(account, SPENDS))
    many = [is_held(version, "adset", str(n), NOW, 0.1) for n in range(5000)]
    assert many == [is_held(version, "adset", str(n), NOW, 0.1) for n in range(5000)]
    assert 400 < sum(many) < 600
    assert many != [is_held(version, "adset", str(n), NOW + DAY, 0.1) for n in range(5000)]


def test_the_shipped_rules_hold_out_nothing(account: AdAccount) -> None:
    rule = make_rule(account, SPENDS)
    assert rule.category == Rule.Category.LOSS_PREVENTION
    assert "holdout_percent" not in version_of(rule).document


def test_an_open_proposal_that_is_drawn_into_the_hold_out_says_so(account: AdAccount, sets: list[AdSet]) -> None:
    make_rule(account, SPENDS, holdout_percent=50)
    look(account, sets)
    Action.objects.update(expires_at=NOW + 9 * DAY)
    look(account, sets, days=7)
    stale = Action.objects.exclude(stale_reason="")
    again = set(HoldoutDraw.objects.filter(held=True, since=NOW + 7 * DAY).values_list("entity_id", flat=True))
    assert stale.exists()
    assert {action.entity_id for action in stale} == again & set(Action.objects.values_list("entity_id", flat=True))
    said = {action.stale_reason for action in stale}
    assert len(said) == 1
    assert said.pop().startswith("at 27 Nov, 13:00 CET its rule held back. Held out until 4 Dec, 13:00 CET: 50 %")
