"""Each fault does exactly what its name says, as often as was asked."""

import time

import pytest
import requests

from metaads.sandbox.control import ControlError
from metaads.sandbox.faults import PLANS, Faults
from metaads.sandbox.world.nodes import AdSet
from tests.metaads.sandbox.conftest import Browser
from tests.sandbox_adapter import Controls


def budget(graph: Browser, ad_set: AdSet) -> str:
    return str(graph.get(ad_set.id, fields="daily_budget")["daily_budget"])


@pytest.mark.parametrize(
    "kind", ["error_500", "html_502", "error_500_after", "html_502_after", "malformed", "no_effect"]
)
def test_answers_that_lie_about_the_effect(graph: Browser, controls: Controls, own_budget: AdSet, kind: str) -> None:
    before = str(own_budget.daily_budget)
    controls.fault(kind, method="POST")
    response = graph.send("POST", own_budget.id, daily_budget="4321")
    status, effect = {
        "error_500": (500, False),
        "error_500_after": (500, True),
        "html_502": (502, False),
        "html_502_after": (502, True),
        "malformed": (200, True),
        "no_effect": (200, False),
    }[kind]
    assert response.status_code == status
    assert budget(graph, own_budget) == ("4321" if effect else before)
    if kind.startswith("html"):
        assert response.headers["Content-Type"].startswith("text/html")
    if kind == "malformed":
        with pytest.raises(ValueError, match=r".*"):
            response.json()


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "timeout_before", "timeout_after"])
def test_no_answer_at_all(graph: Browser, controls: Controls, own_budget: AdSet, kind: str) -> None:
    before = str(own_budget.daily_budget)
    controls.fault(kind, method="POST")
    error = requests.ReadTimeout if kind.startswith("timeout") else requests.ConnectionError
    with pytest.raises(error):
        graph.post(own_budget.id, daily_budget="4321")
    assert budget(graph, own_budget) == ("4321" if kind.endswith("after") else before)
    assert len(controls.writes()) == (1 if kind.endswith("after") else 0)


def test_a_late_effect_shows_only_after_its_seconds(graph: Browser, controls: Controls, own_budget: AdSet) -> None:
    before = str(own_budget.daily_budget)
    controls.fault("late_effect", method="POST", seconds=0.3)
    assert graph.send("POST", own_budget.id, daily_budget="4321").status_code == 500
    assert budget(graph, own_budget) == before
    time.sleep(0.35)
    assert budget(graph, own_budget) == "4321"
    assert len(controls.writes()) == 1


def test_a_write_that_was_swallowed_is_marked_so(graph: Browser, controls: Controls, own_budget: AdSet) -> None:
    controls.fault("no_effect")
    assert graph.post(own_budget.id, daily_budget="4321") == {"success": True}
    assert [w["effect"] for w in controls.writes()] == [False]


@pytest.mark.parametrize(("kind", "code"), [("rate_limit", 80004), ("insights_limit", 80000), ("score_limit", 17)])
def test_rate_limits_say_when_to_come_back(graph: Browser, controls: Controls, act: str, kind: str, code: int) -> None:
    controls.fault(kind, path=act, seconds=600)
    response = graph.send("GET", f"{act}/campaigns")
    error = response.json()["error"]
    assert (error["code"], error["error_subcode"]) == (code, 2446079)
    assert error.get("is_transient") is (True if code == 17 else None)
    assert '"estimated_time_to_regain_access": 10' in response.headers["X-Business-Use-Case-Usage"]
    again = graph.send("GET", f"{act}/campaigns")
    assert '"estimated_time_to_regain_access": 0' in again.headers["X-Business-Use-Case-Usage"]


def test_a_fault_hits_only_what_it_names_and_only_so_often(graph: Browser, controls: Controls, act: str) -> None:
    controls.fault("error_500", method="GET", path="/adsets$", count=2)
    assert graph.send("GET", f"{act}/ads").status_code == 200
    assert [graph.send("GET", f"{act}/adsets").status_code for _ in range(3)] == [500, 500, 200]


def test_a_fault_without_count_lasts_until_it_is_cleared(graph: Browser, controls: Controls, act: str) -> None:
    controls.fault("error_500", count=None)
    assert {graph.send("GET", act).status_code for _ in range(5)} == {500}
    controls("DELETE", "faults")
    assert graph.send("GET", act).status_code == 200


def test_probabilities_are_seeded() -> None:
    def series() -> list[bool]:
        faults = Faults(seed=5)
        faults.add({"kind": "error_500", "count": None, "probability": 0.3})
        return [faults.strike("GET", "/x") is not None for _ in range(200)]

    assert series() == series()
    assert 30 < sum(series()) < 90


def test_latency_within_the_time_out_still_answers(graph: Browser, controls: Controls, act: str) -> None:
    controls.fault("latency", seconds=1)
    assert graph.get(act)["id"] == act
    controls.fault("latency", seconds=6)
    with pytest.raises(requests.ReadTimeout):
        graph.get(act)


@pytest.mark.parametrize(
    "wrong", [{"kind": "gremlins"}, {"kind": "latency", "probability": 3}, {"kind": "latency", "count": 0}]
)
def test_a_fault_that_makes_no_sense_is_refused(controls: Controls, wrong: dict[str, object]) -> None:
    with pytest.raises(ControlError):
        controls("POST", "faults", **wrong)


def test_every_plan_that_answers_is_carried_out() -> None:
    for plan in PLANS.values():
        assert plan.run in ("yes", "without effect") or plan.then not in ("answer", "malformed", "duplicate rows")
