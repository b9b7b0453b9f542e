"""`has_tag` and `has_no_tag`."""

import pytest

from optimization.rules.evaluate import evaluate
from tests.optimization.rules.build import FALSE, NO_DATA, TRUE, compiled, document, frame, leaf, problems, verdicts

TAGS = ["|brand|evergreen|", "|", "", "|brand new|"]


def test_one_of_the_tags_is_enough_and_parts_of_a_tag_are_not() -> None:
    assert verdicts(leaf("tags", "has_tag", ["brand", "sale"]), tags=TAGS) == [TRUE, FALSE, NO_DATA, FALSE]


def test_without_a_tag_is_the_mirror_and_untagged_is_known() -> None:
    assert verdicts(leaf("tags", "has_no_tag", "brand"), tags=TAGS) == [FALSE, TRUE, NO_DATA, TRUE]
    assert verdicts({"not": leaf("tags", "has_no_tag", "brand")}, tags=TAGS) == [TRUE, FALSE, NO_DATA, FALSE]


def test_a_tag_is_read_as_it_is_kept() -> None:
    assert verdicts(leaf("tags", "has_tag", "  Brand   New "), tags=TAGS) == [FALSE, FALSE, NO_DATA, TRUE]


def test_the_trace_shows_tags_as_people_write_them() -> None:
    outcome = evaluate(compiled(leaf("tags", "has_no_tag", "sale")), frame(tags=TAGS))
    assert [one["value"] for one in outcome.traces()] == ["brand, evergreen", "no tags", "brand new"]


@pytest.mark.parametrize(
    ("value", "place"), [([], ""), (["a", ""], "[1]"), ("a,b", "[0]"), (3, "[0]"), (["x" * 41], "[0]")]
)
def test_a_wrong_tag_is_refused_in_its_place(value: object, place: str) -> None:
    assert list(problems(document(leaf("tags", "has_tag", value)))) == [f"conditions.value{place}"]


def test_words_that_compare_texts_do_not_take_tags() -> None:
    found = problems(document(leaf("tags", "contains", "brand")))
    assert "tags is a tags field" in found["conditions.operator"]
    assert list(problems(document(leaf("name", "has_tag", "brand")))) == ["conditions.operator"]


def test_filters_by_tag_decide_what_is_covered() -> None:
    rule = compiled(leaf("spend_7d", ">", 5), filters={"tags": ["Brand"], "without_tags": ["evergreen"]})
    table = frame(spend_7d=[9, 9, 9, 9], tags=["|brand|", "|brand|evergreen|", "", "|"])
    assert evaluate(rule, table).matched.tolist() == [True, False, False, False]
