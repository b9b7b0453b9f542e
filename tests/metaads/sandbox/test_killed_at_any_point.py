"""A sandbox killed after any call and begun again ends, to the last number, as one that nobody disturbed."""

import copy
import random
import shutil
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metaads.sandbox.server import make_app
from metaads.sandbox.state import Store, open_store
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import World, create
from tests.metaads.sandbox import making
from tests.metaads.sandbox.conftest import NOW, Browser
from tests.sandbox_adapter import Controls

# Everything that happens by itself happens here often.
RESTLESS = WorldOptions(
    seed=5, accounts=2, campaigns=3, ad_sets=6, ads=14, history_days=3, step_minutes=60, promotions=6.0,
    price_jumps=9.0, site_downs=9.0, meta_outages=6.0, tracking_outages=12.0, human_edits=6.0, native_rules=True,
)  # fmt: skip
# Kept for speed or made anew from the rest.
_DERIVED = {"settings", "tables", "rooms", "zone", "in_review", "creative_at", "truth", "live", "pending"}
_RULE: dict[str, Any] = {
    "name": "Stop the dear",
    "evaluation_spec": {
        "evaluation_type": "SCHEDULE",
        "filters": [
            {"field": "entity_type", "value": "AD", "operator": "EQUAL"},
            {"field": "time_preset", "value": "TODAY", "operator": "EQUAL"},
            {"field": "spent", "value": 500, "operator": "GREATER_THAN"},
        ],
    },
    "execution_spec": {"execution_type": "PAUSE"},
    "schedule_spec": {"schedule_type": "HOURLY"},
}
Act = Callable[[World, Browser, Controls], Any]


def facts(world: World) -> dict[str, Any]:
    """Everything that a world is, without the ids of requests."""
    writes = [asdict(one) | {"request_id": ""} for one in world.writes]
    return {"writes": writes, "clock": world.clock.now(), **{a.id: _facts(a) for a in world.accounts}}


def _facts(account: Account) -> dict[str, Any]:
    found = {f.name: _plain(getattr(account, f.name)) for f in fields(account) if f.name not in _DERIVED}
    for part in ("truth", "live", "pending"):
        columns = getattr(account, part)
        found |= {f"{part}.{f.name}": _plain(getattr(columns, f.name)) for f in fields(columns)}
    return found | {"daily": account.daily[: account.days].tolist(), "hourly": account.hourly[: account.days].tolist()}


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else copy.deepcopy(value)


def differences(one: dict[str, Any], other: dict[str, Any], path: str = "") -> list[str]:
    """Names of what differs."""
    found = []
    for name in one.keys() | other.keys():
        a, b = one.get(name), other.get(name)
        if isinstance(a, dict) and isinstance(b, dict):
            found += differences(a, b, f"{path}{name}.")
        elif a != b:
            found.append(f"{path}{name}")
    return sorted(found)


def _sets(world: World) -> list[AdSet]:
    return [s for s in world.accounts[0].ad_sets if s.status != "DELETED"]


def _edit(luck: random.Random) -> Act:
    number, budget, status = luck.randrange(6), luck.randrange(3000, 9000), luck.choice(["ACTIVE", "PAUSED"])
    return lambda w, g, c: g.post(_sets(w)[number % len(_sets(w))].id, daily_budget=budget, status=status)


def _copy(luck: random.Random) -> Act:
    number = luck.randrange(6)
    return lambda w, g, c: g.post(
        f"{_sets(w)[number % len(_sets(w))].id}/copies", deep_copy=True, status_option="ACTIVE"
    )


def _create(luck: random.Random) -> Act:
    def act(w: World, g: Browser, c: Controls) -> None:
        here = w.accounts[0]
        campaign = g.post(f"act_{here.id}/campaigns", **making.campaign(status="ACTIVE"))["id"]
        ad_set = g.post(f"act_{here.id}/adsets", **making.ad_set(here, campaign))["id"]
        creative = g.post(f"act_{here.id}/adcreatives", **making.creative(here))["id"]
        assert "id" in g.post(f"act_{here.id}/ads", **making.ad(ad_set, creative))

    return act


def _fault(luck: random.Random) -> Act:
    kind = luck.choice(["error_500", "error_500_after", "no_effect"])

    def act(w: World, g: Browser, c: Controls) -> None:
        c.fault(kind, method="POST")
        g.send("POST", _sets(w)[0].id, name=f"Renamed {kind}")
        c("DELETE", "faults")

    return act


def _acts(luck: random.Random) -> list[Act]:
    """What is done, in an order that the seed draws; time passes in between."""
    makers = [_edit, _edit, _copy, _create, _fault]
    acts: list[Act] = [lambda w, g, c: g.post(f"act_{w.accounts[0].id}/adrules_library", **_RULE)]
    for _ in range(7):
        acts.append(luck.choice(makers)(luck))
        hours = luck.choice([1, 3, 7])
        acts.append(lambda w, g, c, hours=hours: c.advance(hours))  # type: ignore[misc]
    return acts


def driven(folder: Path, acts: list[Act], killed: set[int]) -> dict[str, Any]:
    """The facts after all acts; after those in `killed` the process is gone and begins anew from its folder."""
    store = Store(folder)
    world = open_store(store, lambda: create(RESTLESS, NOW.timestamp(), True))
    for number, act in enumerate(acts):
        box = make_app(world)
        act(world, Browser(box), Controls(box))
        if number in killed:
            left = folder.with_name(f"{folder.name}-{number}")
            shutil.copytree(folder, left, ignore=shutil.ignore_patterns("lock"))
            store.close()
            folder, store = left, Store(left)
            world = open_store(store, lambda: pytest.fail("the world was lost"))
    store.close()
    return facts(world)


def hands(found: dict[str, Any]) -> set[str]:
    """The applications that changed something in either account."""
    accounts = [value for value in found.values() if isinstance(value, dict)]
    return {one.application_name for account in accounts for one in account["activities"]}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_kill_after_any_call_changes_no_number(tmp_path: Path, seed: int) -> None:
    acts = _acts(random.Random(seed))
    undisturbed = driven(tmp_path / "calm", acts, set())
    assert len(undisturbed["writes"]) >= 6
    assert "writes" in differences(driven(tmp_path / "shorter", acts[:-4], set()), undisturbed)
    assert {"Ads Manager", "Automated rules"} <= hands(undisturbed)
    assert differences(driven(tmp_path / "killed", acts, set(range(len(acts)))), undisturbed) == []
    assert differences(driven(tmp_path / "twin", acts, {4, 9, 13}), undisturbed) == []
