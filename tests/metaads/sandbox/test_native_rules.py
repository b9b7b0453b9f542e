"""Meta's own rules in the sandbox: listed, made with Meta's checks, found by what they govern, and really at work."""

import copy
from typing import Any

import pytest

from metaads.sandbox.server import make_app
from metaads.sandbox.state import Store, open_store
from metaads.sandbox.world.activity import RULES
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser
from tests.sandbox_adapter import Controls


def spec(*filters: tuple[str, str, Any], kind: str = "PAUSE", **options: Any) -> dict[str, Any]:
    """The parts of an hourly rule."""
    found = [{"field": field, "operator": operator, "value": value} for field, operator, value in filters]
    extra = [{"field": name, "value": value, "operator": "EQUAL"} for name, value in options.items()]
    return {
        "name": "Night watch",
        "evaluation_spec": {"evaluation_type": "SCHEDULE", "filters": found},
        "execution_spec": {"execution_type": kind, "execution_options": extra},
        "schedule_spec": {"schedule_type": "HOURLY"},
    }


def made(graph: Browser, act: str, **parts: Any) -> str:
    answer = graph.post(f"{act}/adrules_library", **parts)
    assert "id" in answer, answer
    return str(answer["id"])


def test_an_account_has_rules_that_somebody_made_before(graph: Browser, act: str) -> None:
    wish = "name,status,evaluation_spec,execution_spec,schedule_spec,created_by,created_time"
    found = graph.get(f"{act}/adrules_library", fields=wish)["data"]
    assert {one["status"] for one in found} == {"ENABLED", "DISABLED"}
    assert {one["execution_spec"]["execution_type"] for one in found} == {"CHANGE_BUDGET", "NOTIFICATION", "PAUSE"}
    assert all(one["created_by"]["name"] for one in found)


def test_rules_are_found_by_the_object_or_the_level_that_they_govern(graph: Browser, act: str, world: World) -> None:
    raising = world.accounts[0].rules[0]
    (target,) = raising.evaluation_spec["filters"][0]["value"]
    assert [one["id"] for one in graph.get(f"{target}/adrules_governed")["data"]] == [raising.id]
    campaign = world.accounts[0].campaigns[0].id
    assert [one["name"] for one in graph.get(f"{campaign}/adrules_governed", fields="name")["data"]] == [
        "Tell me about tired campaigns"
    ]


def test_a_rule_is_made_changed_and_removed(graph: Browser, act: str) -> None:
    rule = made(graph, act, **spec(("entity_type", "EQUAL", "AD")))
    assert graph.get(rule, fields="name,status")["status"] == "ENABLED"
    assert graph.post(rule, status="DISABLED", fields="status") == {"success": True, "status": "DISABLED", "id": rule}
    assert graph.send("DELETE", rule).json() == {"success": True}
    assert rule not in {one["id"] for one in graph.get(f"{act}/adrules_library")["data"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"evaluation_spec": {"evaluation_type": "WHENEVER", "filters": []}},
        spec(("spent", "GREATER_THAN", 5)),
        spec(("entity_type", "EQUAL", "AD"), ("spent", "GREATER_THAN", 5)),
        spec(("entity_type", "EQUAL", "AD"), ("time_preset", "EQUAL", "LAST_YEAR"), ("spent", "GREATER_THAN", 5)),
        spec(("entity_type", "LIKE", "AD")),
        spec(("entity_type", "EQUAL", "AD"), kind="PING_ENDPOINT"),
        spec(("entity_type", "EQUAL", "ADSET"), kind="CHANGE_BUDGET"),
        {"schedule_spec": {"schedule_type": "CUSTOM", "schedule": [{"start_minute": 7}]}},
        {"status": "SLEEPING"},
        {"colour": "red"},
    ],
)
def test_what_meta_would_not_take_is_refused(graph: Browser, act: str, wrong: dict[str, Any]) -> None:
    asked = spec(("entity_type", "EQUAL", "AD")) | wrong
    before = len(graph.get(f"{act}/adrules_library")["data"])
    assert graph.refused("POST", f"{act}/adrules_library", **asked) == (100, None)
    assert len(graph.get(f"{act}/adrules_library")["data"]) == before


def test_a_rule_pauses_what_its_filters_mean_and_says_so(
    graph: Browser, act: str, own_budget: AdSet, controls: Controls
) -> None:
    wish = spec(("id", "IN", [own_budget.id]), ("time_preset", "EQUAL", "LAST_7_DAYS"), ("spent", "GREATER_THAN", 100))
    rule = made(graph, act, **wish)
    controls.advance(2)
    assert own_budget.status == "PAUSED"
    row = graph.get(f"{act}/activities", oid=own_budget.id, fields="event_type,application_name,actor_name")["data"][0]
    assert (row["event_type"], row["application_name"]) == ("update_ad_set_run_status", RULES.application_name)
    (run,) = graph.get(f"{rule}/history")["data"]
    assert run["results"][0]["object_id"] == own_budget.id
    assert run["results"][0]["actions"][0]["action"] == "PAUSED"
    assert graph.get(f"{act}/adrules_history", object_id=own_budget.id)["data"] == [run]
    assert controls.writes() == []


def test_a_filter_that_does_not_hold_or_is_not_understood_changes_nothing(
    graph: Browser, act: str, own_budget: AdSet, controls: Controls
) -> None:
    week = ("time_preset", "EQUAL", "LAST_7_DAYS")
    made(graph, act, **spec(("id", "IN", [own_budget.id]), week, ("ctr", "GREATER_THAN", 99)))
    made(graph, act, **spec(("id", "IN", [own_budget.id]), week, ("thumb_stop_rate", "GREATER_THAN", 0)))
    controls.advance(2)
    assert own_budget.status == "ACTIVE"


def test_a_raise_stops_at_its_limit_and_keeps_its_pace(
    graph: Browser, act: str, own_budget: AdSet, controls: Controls
) -> None:
    start = own_budget.daily_budget or 0
    change = {"amount": 10, "unit": "PERCENTAGE", "limit": round(start * 1.15), "target_field": "daily_budget"}
    wish = spec(("id", "IN", [own_budget.id]), kind="CHANGE_BUDGET", change_spec=change, action_frequency=120)
    made(graph, act, **wish)
    controls.advance(1.25)
    assert own_budget.daily_budget == round(start * 1.1)
    controls.advance(0.5)
    assert own_budget.daily_budget == round(start * 1.1)
    controls.advance(6)
    assert own_budget.daily_budget == round(start * 1.15)


def test_a_count_limit_is_kept_for_each_object(graph: Browser, act: str, own_budget: AdSet, controls: Controls) -> None:
    change = {"amount": 100, "unit": "ACCOUNT_CURRENCY"}
    wish = spec(("id", "IN", [own_budget.id]), kind="CHANGE_BUDGET", change_spec=change, execution_count_limit=2)
    made(graph, act, **wish)
    start = own_budget.daily_budget or 0
    controls.advance(6)
    assert own_budget.daily_budget == start + 200


def test_rules_left_by_people_act_only_where_the_world_says_so(world: World, pristine: World) -> None:
    account = world.accounts[0]
    assert account.rules[0].last_run == 0
    lively = copy.deepcopy(pristine)
    object.__setattr__(lively.options, "native_rules", True)
    lively.set_clock(lively.clock.now() + 26 * 3600)
    lively.advance()
    assert lively.accounts[0].rules[0].last_run > 0


def test_rules_and_health_outlive_a_kill(world: World, tmp_path: Any) -> None:
    store = Store(tmp_path)
    kept = open_store(store, lambda: world)
    graph = Browser(make_app(kept))
    act = f"act_{kept.accounts[0].id}"
    rule = made(graph, act, **spec(("entity_type", "EQUAL", "AD")))
    Controls(graph.box)("POST", "health", account=act, account_status=2, disable_reason=1)
    store.close()
    again = open_store(Store(tmp_path), lambda: world)
    assert [one.id for one in again.accounts[0].rules] == [one.id for one in kept.accounts[0].rules]
    assert next(one for one in again.accounts[0].rules if one.id == rule).name == "Night watch"
    assert again.accounts[0].health == kept.accounts[0].health
    assert (again.accounts[0].events == kept.accounts[0].events).all()
