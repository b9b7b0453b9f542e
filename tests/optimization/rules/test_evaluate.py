"""Columnar evaluation: shared masks, filters, windows, histories. Against a reference: test_evaluate_properties."""

from optimization.rules.compile import compile_rule
from optimization.rules.evaluate import evaluate, evaluate_many
from optimization.rules.schema import parse
from optimization.rules.sheet import Context
from tests.optimization.rules.build import NO_DATA, compiled, document, frame, leaf, past, verdicts


def test_rules_that_ask_the_same_share_one_mask() -> None:
    asked = leaf("spend_7d", ">", 5)
    rules = [compiled({"all": [asked, leaf("cpa_7d", ">", one)]}) for one in (1, 2)]
    first, second = evaluate_many(rules, frame(spend_7d=[9, 1], cpa_7d=[9, 9]))
    assert first.sheet is second.sheet
    assert len(first.sheet.kept) == 1
    assert [outcome.matched.tolist() for outcome in (first, second)] == [[True, False]] * 2


def test_a_result_cannot_be_written_into() -> None:
    outcome = evaluate(compiled(leaf("spend_7d", ">", 5)), frame(spend_7d=[9]))
    assert not outcome.matched.flags.writeable


def test_filters_decide_what_is_covered_and_not_what_is_unknown() -> None:
    rule = compile_rule(parse(document(leaf("spend_7d", ">", 5), filters={"name_contains": "sale"})))
    outcome = evaluate(rule, frame(spend_7d=[9, 9, None, None], name=["Sale", "brand", "sale", ""]))
    assert outcome.covered.tolist() == [True, False, True, False]
    assert outcome.matched.tolist() == [True, False, False, False]
    assert outcome.unknown.tolist() == [False, False, True, False]


def test_a_column_that_a_frame_lacks_is_no_data() -> None:
    assert verdicts(leaf("roas_7d", "<", 1), spend_7d=[5.0]) == [NO_DATA]


def test_an_empty_frame_gives_empty_results() -> None:
    outcome = evaluate(compiled({"not": leaf("spend_7d", ">", 5)}), frame(spend_7d=[]))
    assert (len(outcome.matched), len(outcome.unknown), outcome.traces()) == (0, 0, [])


def test_a_field_without_window_uses_the_default_window() -> None:
    rule = compile_rule(parse(document(leaf("spend", ">", "cpa * 2"), default_window="3d")))
    assert evaluate(rule, frame(spend_3d=[9.0, 3.0], cpa_3d=[2.0, 2.0])).matched.tolist() == [True, False]


def test_two_durations_of_different_length_do_not_share_their_days() -> None:
    history = past([5.0], [0.5])
    rules = [compiled(leaf("roas", "for_days", {"days": days, "operator": "<", "value": 1})) for days in (2, 1)]
    outcomes = evaluate_many(rules, frame(spend_7d=[1]), Context(history))
    assert [outcome.matched.tolist() for outcome in outcomes] == [[False], [True]]
