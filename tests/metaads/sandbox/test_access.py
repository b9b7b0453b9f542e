"""Tokens, proofs, withdrawn access, usage headers, and the controls' own door."""

import json

import pytest

from metaads.sandbox.control import ControlError
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import HOST, Browser
from tests.sandbox_adapter import Controls


def test_without_a_token_nothing_is_shown(graph: Browser, act: str) -> None:
    del graph.session.headers["Authorization"]
    assert graph.refused("GET", act) == (104, None)


def test_a_wrong_token_is_190(graph: Browser, act: str) -> None:
    graph.session.headers["Authorization"] = "Bearer nonsense"
    assert graph.refused("GET", act) == (190, None)


def test_the_token_may_come_as_a_parameter(graph: Browser, act: str) -> None:
    del graph.session.headers["Authorization"]
    assert graph.get(act, access_token=graph.box.api.credentials.token)["id"] == act


def test_the_proof_is_checked_when_it_is_sent(graph: Browser, act: str) -> None:
    credentials = graph.box.api.credentials
    assert graph.get(act, appsecret_proof=credentials.proof(credentials.token))["id"] == act
    assert graph.refused("GET", act, appsecret_proof="0" * 64) == (100, None)


def test_withdrawn_access_concerns_one_account_only(graph: Browser, controls: Controls, world: World, act: str) -> None:
    controls("POST", "access", account=act, revoked=True)
    assert graph.refused("GET", f"{act}/campaigns") == (190, 460)
    assert graph.refused("POST", world.accounts[0].ad_sets[0].id, status="PAUSED") == (190, 460)
    assert graph.get(f"act_{world.accounts[1].id}")["id"]
    assert len(graph.get("me/adaccounts")["data"]) == 2
    controls("POST", "access", account=act, revoked=False)
    assert graph.get(act)["id"] == act


def test_debug_token_tells_scopes_and_validity(graph: Browser) -> None:
    credentials = graph.box.api.credentials
    good = graph.get("debug_token", input_token=credentials.token)["data"]
    assert good["is_valid"]
    assert good["expires_at"] == 0
    assert "ads_management" in good["scopes"]
    assert graph.get("debug_token", input_token="other")["data"]["is_valid"] is False


def test_usage_headers_count_calls_per_account(graph: Browser, controls: Controls, act: str) -> None:
    graph.box.api.usage.limit = 10
    responses = [graph.send("GET", f"{act}/campaigns") for _ in range(5)]
    usage = json.loads(responses[-1].headers["X-Business-Use-Case-Usage"])[act.removeprefix("act_")]
    assert usage[0]["type"] == "ads_management"
    assert usage[0]["call_count"] == 50
    controls("POST", "usage", account=act, percent=93)
    assert json.loads(graph.send("GET", act).headers["X-Ad-Account-Usage"])["acc_id_util_pct"] == 93.0


def test_controls_need_their_header(graph: Browser) -> None:
    address = f"{HOST}/_sandbox/info"
    assert graph.session.get(address, timeout=5).status_code == 403
    answer = graph.session.get(address, headers={"X-Sandbox-Control": "1"}, timeout=5)
    assert answer.json()["access_token"] == graph.box.api.credentials.token


def test_controls_over_http_take_json(graph: Browser) -> None:
    header = {"X-Sandbox-Control": "1"}
    first = graph.session.get(f"{HOST}/_sandbox/clock", headers=header, timeout=5).json()
    moved = graph.session.post(f"{HOST}/_sandbox/clock/advance", json={"hours": 3}, headers=header, timeout=5).json()
    assert moved["now"] > first["now"]
    assert moved["frozen"] is True
    wrong = graph.session.post(f"{HOST}/_sandbox/clock/advance", json={"hours": -3}, headers=header, timeout=5)
    assert wrong.status_code == 400
    assert "hours" in wrong.json()["error"]


def test_the_clock_can_be_set_frozen_and_released_but_not_turned_back(controls: Controls) -> None:
    controls("POST", "clock/set", now="2026-11-21T09:00:00+00:00")
    assert controls("GET", "clock")["now"] == "2026-11-21T09:00:00+00:00"
    with pytest.raises(ControlError, match="go back"):
        controls("POST", "clock/set", now="2026-11-01T00:00:00+00:00")
    with pytest.raises(ControlError, match="time zone"):
        controls("POST", "clock/set", now="2026-11-22T00:00:00")
    assert controls("POST", "clock/freeze", frozen=False)["frozen"] is False
    assert controls("GET", "clock")["now"] > "2026-11-21T09:00:00+00:00"


def test_unknown_controls_say_what_there_is(controls: Controls) -> None:
    with pytest.raises(ControlError, match="clock/advance"):
        controls("GET", "nonsense")
