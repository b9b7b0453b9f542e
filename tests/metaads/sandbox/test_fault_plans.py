"""Named plans of faults: the same again with the same seed, in force in their time and over after it."""

import pytest

from metaads.sandbox.control import ControlError
from metaads.sandbox.faults import PLANS as KINDS
from metaads.sandbox.faults import Fault, Faults
from metaads.sandbox.plans import PLANS, schedule
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser
from tests.sandbox_adapter import Controls

START = 1_790_000_000.0


@pytest.mark.parametrize("name", sorted(PLANS))
def test_every_plan_lies_within_its_hours_and_comes_again(name: str) -> None:
    made = schedule(name, 7, START, 10.0)
    assert made == schedule(name, 7, START, 10.0)
    assert made != schedule(name, 8, START, 10.0)
    for fault in made:
        assert fault.kind in KINDS
        assert fault.since is not None
        assert fault.until is not None
        assert START <= fault.since < fault.until <= START + 36_000 + 1
    assert [f.since for f in made] == sorted(f.since or 0 for f in made)


def test_a_fault_with_a_time_strikes_only_in_it() -> None:
    faults = Faults(active=[Fault("error_500", count=None, since=100.0, until=200.0)])
    struck = [now for now in (50.0, 100.0, 199.0, 200.0) if faults.strike("GET", "/x", now=now)]
    assert struck == [100.0, 199.0]


def test_a_bad_day_is_bad_and_then_over(graph: Browser, controls: Controls, act: str, world: World) -> None:
    loaded = controls("POST", "plan", name="bad_day", hours=24)["faults"]
    assert len(loaded) > 20
    worst = 0
    for _ in range(24):
        controls.advance(1)
        worst += any(fault.fits("GET", f"/{act}/ads", act, world.clock.now()) for fault in graph.box.faults.active)
    assert worst >= 5
    controls.advance(1)
    assert [graph.send("GET", f"{act}/ads").status_code for _ in range(20)] == [200] * 20


def test_a_plan_can_be_meant_for_one_account(controls: Controls, graph: Browser, world: World) -> None:
    account = world.accounts[1].id
    loaded = controls("POST", "plan", name="limits", hours=1, account=f"act_{account}")["faults"]
    assert {fault["account"] for fault in loaded} == {account}


@pytest.mark.parametrize("wrong", [{"name": "armageddon"}, {"name": "limits", "hours": 0}])
def test_a_plan_that_makes_no_sense_is_refused(controls: Controls, wrong: dict[str, object]) -> None:
    with pytest.raises(ControlError):
        controls("POST", "plan", **wrong)
