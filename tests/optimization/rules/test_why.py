"""Every check can be looked up later: what was answered, what held a match back, and the figures of then."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest

from metaads.models import AdAccount
from optimization.models import EvaluationBlock, EvaluationTick, Rule
from optimization.rules import log, log_codes
from optimization.rules.compile import compile_version
from optimization.rules.evaluate import evaluate_many
from optimization.rules.log import Looked, keep_look
from optimization.rules.services import save_rule
from optimization.rules.why import Check, explain, search, summary
from tests.factories.metaads import AdAccountFactory
from tests.factories.optimization import NOW, keep_frame, make_rule, version_of
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
HOUR, MONTH = timedelta(hours=1), timedelta(days=30)
SPENDS = leaf("spend_7d", ">", 50)


@pytest.fixture
def account(db: None) -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def look(
    account: AdAccount,
    rules: Sequence[Rule],
    at: datetime = NOW,
    fates: dict[str, log.Fate] | None = None,
    /,
    **spent: float | None,
) -> EvaluationTick | None:
    """One look of these rules at ad sets that spent so much; `_31=60` is the ad set 31."""
    ids = [name.removeprefix("_") for name in spent]
    frame = keep_frame(account, "adset", {"ids": ids, "spend_7d": list(spent.values())}, at)
    outcomes = evaluate_many([compile_version(version_of(rule)) for rule in rules], frame)
    looked = [
        Looked(version_of(rule), outcome, fates=fates or {}) for rule, outcome in zip(rules, outcomes, strict=True)
    ]
    return keep_look(account, frame, looked, at)


def found(account: AdAccount, entity_id: str, **options: object) -> list[Check]:
    return search(account, "adset", entity_id, NOW - MONTH, NOW + MONTH, **options)  # type: ignore[arg-type]


def test_each_entity_is_told_what_each_rule_said(account: AdAccount) -> None:
    rule = make_rule(account, SPENDS, filters={"name_contains": "x"})
    plain = make_rule(account, SPENDS)
    look(account, [plain, rule], _31=60, _32=40, _33=None)
    said = {one: [check.result for check in found(account, one)] for one in ("31", "32", "33")}
    assert said == {
        "31": ["matched", "not_covered"],
        "32": ["not_matched", "not_covered"],
        "33": ["no_data", "not_covered"],
    }
    assert found(account, "31")[1].reason == "Its filters leave this out."
    assert found(account, "nobody") == []


def test_what_held_a_match_back_is_kept_with_its_reason(account: AdAccount) -> None:
    rule = make_rule(account, SPENDS)
    look(account, [rule], NOW, {"32": ("skipped", "Cooldown: changed 2.0 h ago.")}, _31=60, _32=70, _33=80)
    checks = [found(account, one)[0] for one in ("31", "32", "33")]
    assert [(check.result, check.reason) for check in checks] == [
        ("matched", ""),
        ("skipped", "Cooldown: changed 2.0 h ago."),
        ("matched", ""),
    ]


def test_a_check_shows_its_figures_and_the_nearest_miss(account: AdAccount) -> None:
    rule = make_rule(account, {"all": [SPENDS, leaf("spend_7d", "<", 500)]})
    look(account, [rule], _31=37.6)
    check = found(account, "31", explained=1)[0]
    assert check.near_miss == "Would fire if spend in the last 7 days rose by more than 12.40 EUR."
    first = check.conditions[0]
    assert (first.field, first.window, first.operator, first.value, first.threshold) == (
        "spend_7d",
        "7d",
        ">",
        37.6,
        50,
    )
    assert [one.result for one in check.conditions] == ["false", "true"]
    assert (first.age_minutes, check.note) == (5, "")


def test_a_check_is_explained_by_the_version_that_looked(account: AdAccount) -> None:
    rule = make_rule(account, SPENDS)
    look(account, [rule], _31=60)
    save_rule(rule, {"conditions": leaf("spend_7d", ">", 100), "actions": [{"kind": "pause"}]}, None, NOW)
    rule.refresh_from_db()
    look(account, [rule], NOW + HOUR, _31=60)
    newer, older = explain(account, found(account, "31"))
    assert [(one.version.number, one.result, one.conditions[0].threshold) for one in (newer, older)] == [
        (2, "not_matched", 100),
        (1, "matched", 50),
    ]


def test_the_search_narrows_to_a_rule_a_time_and_results(account: AdAccount) -> None:
    one, two = make_rule(account, SPENDS, name="One"), make_rule(account, leaf("spend_7d", ">", 65), name="Two")
    for hour in range(5):
        look(account, [one, two], NOW + hour * HOUR, _31=60 + 2 * hour)
    assert [check.at for check in found(account, "31", rule=two)] == [NOW + hour * HOUR for hour in (4, 3, 2, 1, 0)]
    assert len(found(account, "31", rule=two, results={"matched"})) == 2
    assert len(found(account, "31", limit=3)) == 3
    assert len(search(account, "adset", "31", NOW + HOUR, NOW + 2 * HOUR)) == 4
    assert summary(account, "adset", "31", NOW, NOW + MONTH) == {
        one.pk: {"matched": 5},
        two.pk: {"not_matched": 3, "matched": 2},
    }


def test_an_entity_that_came_later_was_not_looked_at_before(account: AdAccount) -> None:
    rule = make_rule(account, SPENDS)
    look(account, [rule], _31=60)
    look(account, [rule], NOW + HOUR, _30=70, _31=60)
    assert [check.at for check in found(account, "30")] == [NOW + HOUR]
    assert len(found(account, "31")) == 2


def test_a_rule_that_could_not_be_evaluated_says_so_for_every_entity(account: AdAccount) -> None:
    rule = make_rule(account, SPENDS)
    frame = keep_frame(account, "adset", {"ids": ["31"], "spend_7d": [60]})
    keep_look(account, frame, [Looked(version_of(rule), None, "It broke.")], NOW)
    check = found(account, "31", explained=1)[0]
    assert (check.result, check.reason, check.conditions) == ("errored", "It broke.", ())


def test_thousands_of_entities_keep_their_own_answers(account: AdAccount) -> None:
    rules = [make_rule(account, leaf("spend_7d", ">", n * 10), name=f"Rule {n}") for n in range(3)]
    spent = {f"_{1000 + n}": float(n % 40) for n in range(1500)}
    look(account, rules, NOW, {"2033": ("skipped", "nothing to do")}, **spent)
    assert EvaluationBlock.objects.count() == 6
    for n in (0, 1, 255, 256, 777, 1499):
        said = [check.result for check in found(account, str(1000 + n))]
        assert said == ["matched" if n % 40 > 10 * rule else "not_matched" for rule in range(3)]
    assert {check.result for check in found(account, "2033")} == {"skipped"}


def test_reasons_beyond_what_a_look_keeps_are_told_by_their_first_words(
    account: AdAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MOST_TEXTS", 1)
    rule = make_rule(account, SPENDS)
    fates: dict[str, log.Fate] = {one: ("skipped", f"Cooldown: changed {one} min ago") for one in ("31", "32", "33")}
    look(account, [rule], NOW, fates, _31=60, _32=60, _33=60)
    reasons = [found(account, one)[0].reason for one in ("31", "32", "33")]
    assert reasons == ["Cooldown: changed 31 min ago", "Cooldown", "Cooldown"]


def test_blocks_in_which_nothing_is_covered_are_not_written(account: AdAccount) -> None:
    rule = make_rule(account, SPENDS, filters={"name_contains": "x"})
    look(account, [rule], _31=60)
    assert (EvaluationTick.objects.count(), EvaluationBlock.objects.count()) == (1, 0)
    assert [check.result for check in found(account, "31")] == ["not_covered"]


def test_packed_codes_come_back_as_they_were() -> None:
    chance = np.random.default_rng(3)
    codes = chance.integers(0, 4, (7, log_codes.PLACES)).astype(np.uint8)
    fates = chance.integers(0, 900, codes.shape).astype(np.uint16)
    packed = log_codes.pack_block(codes, fates)
    for slot in range(log_codes.PLACES):
        read, told = log_codes.read_place(packed, 7, slot)
        assert read == codes[:, slot].tolist()
        assert told == {rule: fates[rule, slot] for rule in range(7) if codes[rule, slot] == log_codes.MATCHED}
