"""What a rule document may say, and how a wrong one is refused."""

from typing import Any

import pytest

from optimization.rules.schema import RuleInvalid, parse
from tests.optimization.rules.build import document, leaf, problems

GOOD = leaf("spend_7d", ">", 50)


def acting(*steps: tuple[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    actions = [{"kind": kind, "parameters": parameters} for kind, parameters in steps]
    return {"conditions": GOOD, "actions": actions, **more}


def test_a_whole_document_is_read() -> None:
    read = parse(
        {
            "default_window": "3d",
            "filters": {"name_contains": "sale", "status": ["ACTIVE"], "campaign_ids": ["123"]},
            "conditions": {"all": [leaf("spend", ">", 50), {"not": {"any": [leaf("roas", ">", 1), GOOD]}}]},
            "actions": [
                {"kind": "decrease_budget", "parameters": {"percent": 30, "lower": 10}},
                {"kind": "notify_only", "parameters": {"message": "lowered"}},
            ],
            "mode": "suggestion_only",
            "schedule": {
                "every": "daily",
                "at": "08:30",
                "weekdays": ["mon", "fri"],
                "zone": "Europe/Berlin",
                "active_hours": {"from": "08:00", "to": "20:00"},
            },
            "safety": {"cooldown_hours": 24, "max_changes_per_day": 2, "max_change_percent": 30},
        },
        "adset",
    )
    assert read.change is not None
    assert read.change.parameters == {"percent": "30", "lower": "10"}
    asked = [(one.condition.field.name, one.condition.operand.texts) for one in read.filters_read]
    assert asked == [("name", ("sale",)), ("effective_status", ("ACTIVE",)), ("campaign_id", ("123",))]
    assert read.schedule.zone == "Europe/Berlin"


def test_approval_on_new_data_is_the_default() -> None:
    read = parse(document(GOOD))
    assert (read.mode, read.schedule.every, read.default_window) == ("approval_required", "new_data", "7d")


def test_an_unknown_field_names_the_nearest() -> None:
    found = problems(document({"all": [GOOD, leaf("spnd_7d", ">", 1)]}))
    assert "Did you mean spend_7d" in found["conditions.all[1].field"]


def test_an_unknown_field_inside_an_expression_names_the_nearest() -> None:
    found = problems(document({"all": [leaf("cpa_7d", ">", "target_cpx * 2")]}))
    assert "target_cpa" in found["conditions.all[0].value"]


def test_an_unknown_operator_lists_those_there_are() -> None:
    found = problems(document({"any": [leaf("spend_7d", "above", 1)]}))
    assert found["conditions.any[0].operator"].startswith("'above' is no operator; use one of > >= <")


@pytest.mark.parametrize("place", ["all", "any"])
def test_an_empty_group_is_refused(place: str) -> None:
    assert problems(document({"all": [GOOD, {place: []}]})) == {
        f"conditions.all[1].{place}": "this group is empty; give it at least one condition or remove it."
    }


def test_a_percentage_of_5000_is_refused() -> None:
    found = problems(acting(("increase_budget", {"percent": 5000})))
    assert found == {"actions[0].parameters.percent": "5000 is outside 0 to 1000. Write 20 for 20 %."}


def test_a_threshold_of_5000_percent_is_refused() -> None:
    found = problems(document(leaf("ctr_7d", ">", 5000)))
    assert "5000 % is out of range for ctr_7d" in found["conditions.value"]


def test_a_division_by_nothing_is_refused() -> None:
    found = problems(document(leaf("cpa_7d", ">", "spend_7d / (1 - 1)")))
    assert "divides by zero" in found["conditions.value"]


def test_a_text_field_has_no_place_in_arithmetic() -> None:
    found = problems(document(leaf("cpa_7d", ">", "learning_phase * 2")))
    assert "arithmetic needs numbers" in found["conditions.value"]


@pytest.mark.parametrize(
    ("field", "other"), [("roas_7d", "target_cpa"), ("ctr_7d", "spend_7d"), ("spend", "days_active")]
)
def test_fields_of_different_units_are_not_compared(field: str, other: str) -> None:
    assert list(problems(document(leaf(field, ">", other)))) == ["conditions.value"]
    parse(document(leaf(field, ">", f"{other} * 1")))  # a calculation may change the unit


@pytest.mark.parametrize("value", [10**16, -(10**16), "1" * 100, "9999999 * 9999999999"])
def test_an_absurdly_large_number_is_refused(value: object) -> None:
    assert problems(document(leaf("spend_7d", ">", value))) == {"conditions.value": "the number is out of range."}


def test_every_problem_is_told_at_once() -> None:
    wrong = {"all": [leaf("spnd", ">", 1), leaf("spend", "??", 1), {"any": []}]}
    found = problems({"conditions": wrong, "actions": [{"kind": "pauze"}], "schedule": {"every": "daily"}})
    assert list(found) == ["schedule", *(f"conditions.all[{place}" for place in ("0].field", "1].operator", "2].any"))]
    assert list(problems({"conditions": GOOD, "actions": [{"kind": "pauze"}], "filters": {"name_matches": "("}})) == [
        "filters.name_matches.value",
        "actions[0].kind",
    ]


@pytest.mark.parametrize("given", [None, [], "rule", 3])
def test_a_rule_is_an_object(given: object) -> None:
    assert list(problems(given)) == [""]


@pytest.mark.parametrize("missing", ["conditions", "actions"])
def test_conditions_and_actions_are_needed(missing: str) -> None:
    given = document(GOOD)
    del given[missing]
    assert problems(given) == {missing: "is missing."}


def test_a_rule_without_any_action_is_refused() -> None:
    assert problems({"conditions": GOOD, "actions": []}) == {"actions": "needs at least one entry."}


@pytest.mark.parametrize("place", ["conditon", "level"])
def test_an_unknown_key_is_refused_not_ignored(place: str) -> None:
    assert list(problems(document(GOOD, **{place: 1}))) == [place]


@pytest.mark.parametrize(
    ("node", "path"),
    [
        ([GOOD], "conditions"),
        ("spend > 5", "conditions"),
        ({}, "conditions"),
        ({"all": [GOOD], "any": [GOOD]}, "conditions"),
        ({"and": [GOOD]}, "conditions"),
        ({"all": GOOD}, "conditions.all"),
        ({"all": [None]}, "conditions.all[0]"),
        ({"not": [GOOD]}, "conditions.not"),
        ({"not": {"any": [{"field": "spend_7d"}]}}, "conditions.not.any[0].operator"),
        ({"operator": ">", "value": 1}, "conditions.field"),
        ({**GOOD, "window": "7d"}, "conditions.window"),
        ({**GOOD, "": 4}, "conditions."),
    ],
)
def test_a_misshapen_tree_is_refused_in_its_place(node: object, path: str) -> None:
    assert list(problems(document(node))) == [path]


def test_and_is_corrected_to_all() -> None:
    assert 'Write "all".' in problems(document({"AND": [GOOD]}))["conditions"]


def test_eight_groups_deep_is_accepted_and_nine_is_not() -> None:
    def nested(depth: int) -> dict[str, Any]:
        return GOOD if depth == 0 else {"all": [nested(depth - 1)]}

    parse(document(nested(7)))
    assert len(problems(document(nested(8)))) == 1
    assert len(problems(document(nested(500)))) == 1


def test_two_hundred_conditions_are_accepted_and_one_more_is_not() -> None:
    parse(document({"all": [GOOD] * 200}))
    assert list(problems(document({"all": [GOOD] * 300}))) == ["conditions.all[200]"]


def test_a_rule_changes_one_thing_at_meta() -> None:
    found = problems(acting(("pause", {}), ("increase_budget", {"percent": 20})))
    assert list(found) == ["actions[1].kind"]


def test_notices_may_be_added_to_a_change() -> None:
    notice = ("notify_only", {"message": "look"})
    assert len(parse(acting(("pause", {}), notice, notice)).actions) == 3


def test_an_action_must_exist_at_the_level_of_the_rule() -> None:
    given = acting(("increase_budget", {"percent": 20}))
    assert parse(given, "campaign").change
    with pytest.raises(RuleInvalid, match="not possible at level nonsense"):
        parse(given, "nonsense")


def test_an_unknown_parameter_is_refused() -> None:
    assert list(problems(acting(("pause", {"hours": 3})))) == ["actions[0].parameters.hours"]


@pytest.mark.parametrize(
    ("part", "value", "path"),
    [
        ("mode", "auto", "mode"),
        ("default_window", "9d", "default_window"),
        ("filters", {"campaign_ids": ["abc"]}, "filters.campaign_ids[0]"),
        ("filters", {"names": "x"}, "filters.names"),
        ("schedule", {"every": "weekly"}, "schedule.every"),
        ("schedule", {"every": "daily"}, "schedule"),
        ("schedule", {"every": "hourly", "at": "08:00"}, "schedule"),
        ("schedule", {"every": "daily", "at": "25:00"}, "schedule.at"),
        ("schedule", {"zone": "Berlin"}, "schedule.zone"),
        ("schedule", {"zone": "../../etc/passwd"}, "schedule.zone"),
        ("schedule", {"weekdays": ["monday"]}, "schedule.weekdays[0]"),
        ("schedule", {"active_hours": {"from": "08:00", "to": "08:00"}}, "schedule.active_hours"),
        ("schedule", {"active_hours": {"from": "08:00"}}, "schedule.active_hours.to"),
        ("safety", {"max_change_percent": 5000}, "safety.max_change_percent"),
        ("safety", {"cooldown_hours": -1}, "safety.cooldown_hours"),
        ("safety", {"max_changes_per_day": 0}, "safety.max_changes_per_day"),
        ("safety", {"rollout_percent": 20}, "safety.rollout_percent"),
        ("holdout_percent", 51, "holdout_percent"),
        ("holdout_percent", -1, "holdout_percent"),
        ("filters", {"parent_ids": ["x"]}, "filters.parent_ids[0]"),
        ("filters", {"tags": ["a", "b,c"]}, "filters.tags[1]"),
        ("filters", {"tags": ["Brand"], "without_tags": ["brand "]}, "filters.without_tags"),
    ],
)
def test_each_part_is_checked(part: str, value: object, path: str) -> None:
    assert list(problems(document(GOOD, **{part: value}))) == [path]


def test_what_may_not_act_alone_cannot_be_automatic(monkeypatch: pytest.MonkeyPatch) -> None:
    from optimization.kinds import KINDS

    parse(document(GOOD, mode="automatic"))
    monkeypatch.setattr(type(KINDS["pause"]), "may_act_alone", False)
    assert problems(document(GOOD, mode="automatic")) == {"mode": "Pause always needs a person's approval."}


def timed(kind: str, parameters: dict[str, Any], when: object) -> dict[str, Any]:
    return {"conditions": GOOD, "actions": [{"kind": kind, "parameters": parameters, "timed": when}]}


def test_a_change_can_be_for_today_or_for_some_hours() -> None:
    for when, hours, today in (({"undo_after_hours": 48}, 48, False), ({"today_only": True}, None, True)):
        change = parse(timed("pause", {}, when), "ad").change
        assert change is not None
        assert change.timed is not None
        assert (change.timed.undo_after_hours, change.timed.today_only) == (hours, today)


@pytest.mark.parametrize(
    ("when", "place"),
    [
        ({"undo_after_hours": 0}, ".undo_after_hours"),
        ({"undo_after_hours": 721}, ".undo_after_hours"),
        ({"undo_after_hours": 48, "today_only": True}, ""),
        ({"today_only": False}, ""),
        ({}, ""),
        ({"hours": 3}, ".hours"),
    ],
)
def test_a_misshapen_time_is_refused_in_its_place(when: object, place: str) -> None:
    assert list(problems(timed("pause", {}, when))) == [f"actions[0].timed{place}"]


def test_what_cannot_be_undone_cannot_be_timed() -> None:
    found = problems(timed("notify_only", {"message": "look"}, {"today_only": True}))
    assert found == {"actions[0].timed": "Notify cannot be undone, so it cannot be timed."}


def test_roll_out_starts_with_ten_percent_and_nothing_is_held_out_unless_asked() -> None:
    read = parse(document(GOOD, mode="automatic"))
    assert (read.safety.rollout_percent, read.holdout_percent) == (10, 0)
    read = parse(document(GOOD, safety={"rollout_percent": 50}, holdout_percent=12.5))
    assert (read.safety.rollout_percent, read.holdout_percent) == (50, 12.5)


def test_a_campaign_has_no_parent_to_filter_by() -> None:
    given = document(GOOD, filters={"parent_ids": ["12"]})
    assert parse(given, "ad").filters.parent_ids == ("12",)
    assert list(problems(given, "campaign")) == ["filters.parent_ids"]
