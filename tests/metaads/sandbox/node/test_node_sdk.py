"""A client written by others: Meta's Node SDK, unchanged but for its host, over HTTP on loopback.

`.ci/run` installs the package (one exact version, named in package.txt) into var/node; elsewhere these are skipped.
"""

import copy
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from config.management.commands.run_sandbox import Handler
from metaads.sandbox.server import make_app
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import first_set

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
NAME, _, VERSION = (HERE / "package.txt").read_text().strip().partition("@")
SDK = Path(os.environ.get("NODE_SDK_DIR", ROOT / "var" / "node")) / "node_modules" / NAME


def missing() -> str:
    """Why the client cannot run here; "" where it can."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (SDK / "package.json").exists():
        return f"{NAME} is not installed (.ci/run does it)"
    found = json.loads((SDK / "package.json").read_text())["version"]
    return "" if found == VERSION else f"{NAME} is {found}, wanted is {VERSION}"


pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "runs")


@pytest.fixture(scope="module")
def world(pristine: World) -> World:
    return copy.deepcopy(pristine)


@pytest.fixture(scope="module")
def ad_set(world: World) -> AdSet:
    return first_set(world, lambda s, c: s.daily_budget is not None)


@pytest.fixture(scope="module")
def seen(world: World, ad_set: AdSet) -> dict[str, Any]:
    """What one run of the client saw."""
    app = make_app(world)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    environment = {
        "PATH": os.environ["PATH"],
        "GRAPH": f"http://127.0.0.1:{server.port}",
        "TOKEN": app.api.credentials.token,
        "ACCOUNT": f"act_{world.accounts[0].id}",
        "AD_SET": ad_set.id,
        "SDK": str(SDK),
    }
    done = subprocess.run(
        ["node", str(HERE / "client.js")], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    server.shutdown()
    thread.join()
    server.server_close()
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_lists_everything_through_its_pages(seen: dict[str, Any], world: World) -> None:
    here = world.accounts[0]
    found = {one["id"]: one["name"] for one in seen["structure"]["campaigns"]}
    assert found == {c.id: c.name for c in here.campaigns if c.name != "Made by Node"}
    assert seen["structure"]["ad_sets"] > 3
    assert seen["structure"]["pixel"]["id"] == here.pixel
    assert {rule["status"] for rule in seen["structure"]["rules"]} == {"ENABLED", "DISABLED"}


def test_it_reads_insights_at_once_and_as_a_report(seen: dict[str, Any]) -> None:
    found = seen["insights"]
    assert len(found["direct"]) > 100
    assert found["late"] == found["direct"]
    assert found["states"][-1] == "Job Completed"


def test_it_updates_a_budget(seen: dict[str, Any], ad_set: AdSet) -> None:
    assert seen["writes"]["updated"] == {"success": True}
    assert seen["writes"]["after"]["daily_budget"] == "4200"
    assert ad_set.daily_budget == 4200


def test_it_creates_and_copies(seen: dict[str, Any], world: World) -> None:
    written = seen["writes"]
    assert (written["campaign"]["name"], written["campaign"]["status"]) == ("Made by Node", "PAUSED")
    names = {s.id: s.name for s in world.accounts[0].ad_sets}
    assert names[written["copied"]["copied_adset_id"]].startswith("Also by Node")
    assert written["copied"]["copied_adset_id"] != written["ad_set"]


def test_it_sees_metas_refusal_with_its_numbers(seen: dict[str, Any]) -> None:
    assert seen["refusal"] == {"name": "FacebookRequestError", "status": 400, "code": 100, "subcode": 1885272}


def test_it_batches_with_an_outcome_for_each(seen: dict[str, Any]) -> None:
    assert seen["batch"] == [200, 200, 400]
