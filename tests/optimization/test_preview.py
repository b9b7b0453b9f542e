"""Preview: who would match, why, what would be proposed, what stands in the way; and no record left."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from metaads.models import AdAccount, AdSet, Level
from optimization.cycle import run_cycle
from optimization.models import Action
from optimization.preview import Preview, preview
from optimization.preview import found as shown
from optimization.rules.schema import RuleInvalid
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, keep_frame, make_rule
from tests.optimization.rules.build import document, leaf

pytestmark = pytest.mark.django_db
SPENDS = leaf("spend_7d", ">", 50)
LOWER = {"kind": "decrease_budget", "parameters": {"percent": 70}}


@pytest.fixture
def sets() -> list[AdSet]:
    first: AdSet = AdSetFactory.create()
    return [first, *AdSetFactory.create_batch(4, campaign=first.campaign)]


@pytest.fixture
def account(sets: list[AdSet]) -> AdAccount:
    return sets[0].account


@pytest.fixture(autouse=True)
def _frame(sets: list[AdSet], account: AdAccount) -> None:
    keep(sets, account)


def keep(sets: list[AdSet], account: AdAccount, **age: Any) -> None:
    columns: dict[str, list[Any]] = {
        "ids": [one.meta_id for one in sets],
        "name": [one.name for one in sets],
        "spend_7d": [700.0, 64.1, 49.0, 10.0, None],
        "roas_7d": [1.0, 3.0, 1.0, 1.0, 1.0],
    }
    keep_frame(account, "adset", columns, NOW, **age)


def look(account: AdAccount, conditions: Any = SPENDS, *actions: dict[str, Any], **options: Any) -> Preview:
    text = {**document(conditions), **({"actions": list(actions)} if actions else {})}
    return preview(account, Level.AD_SET, text, NOW, **options)


def everything() -> dict[str, list[Any]]:
    """Every row of every table."""
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in apps.get_models()}


def test_it_tells_who_matches_why_and_what_would_be_proposed(account: AdAccount, sets: list[AdSet]) -> None:
    found = look(account, SPENDS, LOWER)
    assert (found.covered, found.matched, found.unknown, found.counts) == (5, 2, 1, {"proposed": 2})
    row = next(row for row in found.rows if row.entity_id == sets[0].meta_id)
    assert (row.name, row.before, row.wanted, row.at_stake) == (sets[0].name, 10_000, 5_000, 5_000)
    assert row.change == "Lower budget 100.00 → 50.00 EUR a day, −50 %"
    assert row.why == "Spend 700.00 EUR in the last 7 days."
    assert row.figures == {"spend_7d": 700.0}
    assert next(one["outcome"] for one in row.verdicts if one["guard"] == "budget_step") == "trim"
    assert found.at_stake == 10_000


def test_it_proposes_what_the_cycle_then_does(account: AdAccount) -> None:
    found = look(account, SPENDS, LOWER)
    make_rule(account, SPENDS, LOWER)
    run_cycle(account, NOW)
    made = {(a.entity_id, a.value_before, a.value_final, a.at_stake, a.reason) for a in Action.objects.all()}
    assert made == {(r.entity_id, r.before, r.wanted, r.at_stake, r.why) for r in found.rows}


def test_no_row_of_any_table_changes(account: AdAccount) -> None:
    before = everything()
    look(account, SPENDS, LOWER)
    look(account, SPENDS, {"kind": "notify_only", "parameters": {"message": "look"}})
    assert everything() == before


def test_against_zero_the_smaller_figure_is_nearer_and_not_the_larger_spend(
    account: AdAccount, sets: list[AdSet]
) -> None:
    columns: dict[str, list[Any]] = {
        "ids": [one.meta_id for one in sets[:3]],
        "spend_7d": [900.0, 300.0, 100.0],
        "conversions_7d": [145, 23, 3],
    }
    keep_frame(account, "adset", columns, NOW)
    found = look(account, leaf("conversions_7d", "=", 0))
    assert [miss.entity_id for miss in found.misses] == [sets[2].meta_id, sets[1].meta_id, sets[0].meta_id]


def test_the_nearest_miss_says_what_would_have_to_change(account: AdAccount, sets: list[AdSet]) -> None:
    first, *_ = look(account).misses
    assert first.entity_id == sets[2].meta_id
    assert first.sentence == "Would match if spend rose by 1.00 EUR (it is 49.00 EUR)."


def test_fewer_obstacles_are_nearer_than_smaller_ones(account: AdAccount, sets: list[AdSet]) -> None:
    found = look(account, {"all": [SPENDS, leaf("roas_7d", ">", 2)]})
    assert [row.entity_id for row in found.rows] == [sets[1].meta_id]
    assert [miss.entity_id for miss in found.misses[:2]] == [sets[0].meta_id, sets[2].meta_id]
    assert " and " in found.misses[1].sentence


def test_what_a_rail_blocks_is_shown_with_its_reason(account: AdAccount, sets: list[AdSet]) -> None:
    keep(sets, account, age=timedelta(hours=5))
    found = look(account)
    assert found.counts == {"blocked": 2}
    assert found.blocked_by == {"data_age": 2}
    assert "5 h old" in found.rows[0].reason
    assert "nothing is decided" in found.problems[0]


def test_an_open_proposal_would_be_refreshed_and_one_that_goes_before_is_named(
    account: AdAccount, sets: list[AdSet]
) -> None:
    budget_action(sets[0], 5_000)
    budget_action(sets[1], status="approved")
    outcomes = {row.entity_id: (row.outcome, row.reason) for row in look(account, SPENDS, LOWER).rows}
    assert outcomes[sets[0].meta_id] == ("refreshed", "")
    assert outcomes[sets[1].meta_id] == ("skipped", "another action on it is on its way")


def test_matches_with_nothing_to_do_are_counted_by_reason(account: AdAccount, sets: list[AdSet]) -> None:
    AdSet.objects.filter(pk=sets[0].pk).update(status="PAUSED")
    found = look(account)
    assert found.nothing == {"It is already paused.": 1}
    assert found.counts == {"proposed": 1}


def test_a_rule_that_only_tells_shows_whom_it_would_name(account: AdAccount, sets: list[AdSet]) -> None:
    found = look(account, SPENDS, {"kind": "notify_only", "parameters": {"message": "look"}})
    assert found.counts == {"told": 2}
    assert [(row.outcome, row.entity_id) for row in found.rows] == [
        ("told", sets[0].meta_id),
        ("told", sets[1].meta_id),
    ]


def test_of_very_many_matches_those_that_spend_most_are_worked_out_and_all_counted(
    account: AdAccount, sets: list[AdSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "MOST", 1)
    monkeypatch.setattr("optimization.preview.ask.MOST", 1)
    found = look(account)
    assert (found.matched, found.looked_at, found.counts, found.nothing) == (2, 1, {"proposed": 1}, {})
    assert [row.entity_id for row in found.rows] == [sets[0].meta_id]


def test_a_saved_rules_own_cooldown_counts(account: AdAccount, sets: list[AdSet]) -> None:
    rule = make_rule(account, SPENDS, LOWER)
    budget_action(sets[0], status="executed", rule_version=rule.current, executed_at=NOW - timedelta(hours=30))
    text = {"conditions": SPENDS, "actions": [LOWER], "safety": {"cooldown_hours": 48}}
    found = preview(account, Level.AD_SET, text, NOW, rule=rule)
    assert found.nothing == {"The rule's own cooldown is not over.": 1}
    assert preview(account, Level.AD_SET, text, NOW).nothing == {}


def test_without_data_it_says_so(account: AdAccount) -> None:
    found = preview(account, Level.AD, document(SPENDS), NOW)
    assert (found.matched, found.read_at, list(found.problems)) == (0, None, ["Ad: no data yet."])


def test_an_unsound_rule_is_refused_with_its_place(account: AdAccount) -> None:
    with pytest.raises(RuleInvalid) as refused:
        look(account, leaf("spent", ">", 1))
    assert refused.value.problems[0].path.startswith("conditions")
