"""Webhooks out: verified, signed, retried, sometimes twice; only for connected accounts and subscribed fields."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from metaads.sandbox.control import ControlError
from metaads.sandbox.server import Sandbox
from metaads.sandbox.webhooks.push import MOST_CHANGES, Push
from metaads.sandbox.webhooks.subscriptions import Subscriptions
from metaads.sandbox.webhooks.watch import Change, Watch
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser
from tests.metaads.sandbox.receiver import TOKEN, Receiver
from tests.sandbox_adapter import Controls


class Clock:
    """Machine time that stands until it is moved."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def address(receiver: Receiver) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, receiver, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/callback"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def push(graph: Browser) -> Push:
    found: Push = graph.box.push
    found.clock = Clock()
    return found


def app_call(graph: Browser, method: str, **params: Any) -> Any:
    """A call with the app's own token."""
    who = graph.box.api.credentials
    graph.session.headers["Authorization"] = f"Bearer {who.app_id}|{who.app_secret}"
    try:
        return graph.send(method, f"{who.app_id}/subscriptions", **params).json()
    finally:
        graph.session.headers["Authorization"] = f"Bearer {who.token}"


@pytest.fixture
def subscribed(graph: Browser, address: str, act: str, push: Push) -> str:
    """The first account is connected, and all that it changes is wanted."""
    fields = "effective_status,with_issues_ad_objects,in_process_ad_objects,creative_fatigue,subscriptions"
    answer = app_call(graph, "POST", object="ad_account", callback_url=address, fields=fields, verify_token=TOKEN)
    assert answer == {"success": True}
    assert graph.post(f"{act}/subscribed_apps") == {"success": True}
    push.look()
    return act


def test_a_subscription_is_verified_and_listed(graph: Browser, subscribed: str, address: str) -> None:
    (found,) = app_call(graph, "GET")["data"]
    assert (found["object"], found["callback_url"]) == ("ad_account", address)
    assert {one["name"] for one in found["fields"]} >= {"effective_status", "creative_fatigue"}
    (app,) = graph.get(f"{subscribed}/subscribed_apps")["data"]
    assert app["app_id"] == graph.box.api.credentials.app_id


def test_a_callback_that_does_not_know_the_word_is_not_subscribed(
    graph: Browser, address: str, receiver: Receiver
) -> None:
    receiver.word = "another"
    answer = app_call(
        graph, "POST", object="ad_account", callback_url=address, fields="effective_status", verify_token=TOKEN
    )
    assert answer["error"]["code"] == 2200
    assert app_call(graph, "GET") == {"data": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"callback_url": "http://elsewhere.test/x"},
        {"fields": "insights"},
        {"object": "page"},
    ],
)
def test_what_meta_would_not_take_is_refused(graph: Browser, address: str, wrong: dict[str, str]) -> None:
    asked = {"object": "ad_account", "callback_url": address, "fields": "effective_status", "verify_token": TOKEN}
    assert app_call(graph, "POST", **(asked | wrong))["error"]["code"] == 100


def test_a_user_token_may_not_subscribe(graph: Browser) -> None:
    app = graph.box.api.credentials.app_id
    assert graph.refused("POST", f"{app}/subscriptions", object="ad_account") == (15, None)


def test_a_paused_ad_set_is_told_for_it_and_its_ads_without_the_new_value(
    graph: Browser, subscribed: str, push: Push, receiver: Receiver, own_budget: AdSet
) -> None:
    graph.post(own_budget.id, status="PAUSED")
    push.look()
    push.deliver()
    (entry,) = json.loads(receiver.bodies[0])["entry"]
    assert entry["id"] == subscribed.removeprefix("act_")
    told = [change["value"] for change in entry["changes"] if change["field"] == "field_changed"]
    assert {"object_id": own_budget.id, "object_type": "adset", "changed_fields": ["effective_status"]} in told
    assert {one["object_type"] for one in told} == {"adset", "ad"}


def test_bodies_are_signed_with_the_app_secret(
    graph: Browser, subscribed: str, push: Push, receiver: Receiver, own_budget: AdSet
) -> None:
    graph.post(own_budget.id, status="PAUSED")
    push.look()
    push.deliver()
    secret = graph.box.api.credentials.app_secret.encode()
    (body,), (signature,) = receiver.bodies, receiver.signatures
    assert signature == "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def test_what_is_refused_comes_again_with_growing_pauses(
    graph: Browser, subscribed: str, push: Push, receiver: Receiver, own_budget: AdSet
) -> None:
    receiver.failures = 2
    graph.post(own_budget.id, status="PAUSED")
    push.look()
    push.deliver()
    push.deliver()
    assert receiver.failures == 1
    for pause in (1.0, 5.0):
        push.clock.at += pause  # type: ignore[attr-defined]
        push.deliver()
    assert len(receiver.bodies) == 1
    assert (push.queue, push.accepted) == ([], 1)


def test_after_36_hours_a_delivery_is_given_up(
    graph: Browser, subscribed: str, push: Push, receiver: Receiver, own_budget: AdSet
) -> None:
    receiver.failures = 1000
    graph.post(own_budget.id, status="PAUSED")
    push.look()
    for _ in range(50):
        push.deliver()
        push.clock.at += 3600.0  # type: ignore[attr-defined]
    assert (push.queue, push.given_up, receiver.bodies) == ([], 1, [])


def test_a_delivery_can_come_twice(
    graph: Browser, subscribed: str, push: Push, receiver: Receiver, own_budget: AdSet, controls: Controls
) -> None:
    with pytest.raises(ControlError, match="duplicates"):
        controls("POST", "webhooks", duplicates=1.0)
    controls("POST", "webhooks", duplicates=0.999)
    graph.post(own_budget.id, status="PAUSED")
    push.look()
    push.deliver()
    assert controls("POST", "webhooks", duplicates=0.0)["accepted"] == 1
    push.deliver()
    assert len(receiver.bodies) == 2
    assert receiver.bodies[0] == receiver.bodies[1]


def test_other_accounts_and_other_fields_are_not_told(
    graph: Browser, address: str, push: Push, receiver: Receiver, own_budget: AdSet, world: World
) -> None:
    app_call(graph, "POST", object="ad_account", callback_url=address, fields="creative_fatigue", verify_token=TOKEN)
    graph.post(f"act_{world.accounts[1].id}/subscribed_apps")
    push.look()
    graph.post(own_budget.id, status="PAUSED")
    graph.post(world.accounts[1].ad_sets[0].id, status="PAUSED")
    assert push.look() == 0


def test_a_disconnected_account_is_told_no_more(graph: Browser, subscribed: str, push: Push, own_budget: AdSet) -> None:
    assert graph.send("DELETE", f"{subscribed}/subscribed_apps").json() == {"success": True}
    graph.post(own_budget.id, status="PAUSED")
    assert push.look() == 0
    assert graph.get(f"{subscribed}/subscribed_apps") == {"data": []}


def test_new_issues_and_tired_ads_are_told(
    graph: Browser, subscribed: str, push: Push, receiver: Receiver, own_budget: AdSet, world: World
) -> None:
    own_budget.issue = "failed_processing"
    tired = next(ad for ad in world.accounts[0].ads if ad.ad_set == own_budget.index)
    world.accounts[0].live.exposure[tired.index] = 60.0
    push.look()
    push.deliver()
    told = {change["field"]: change["value"] for change in receiver.changes()}
    issue = told["with_issues_ad_objects"]
    assert (issue["id"], issue["level"], issue["error_code"]) == (own_budget.id, "AD_SET", "567")
    assert told["creative_fatigue"]["adgroup_id"] == tired.id
    assert told["creative_fatigue"]["creative_fatigue_level"] in ("LOW", "MEDIUM", "HIGH")
    push.look()
    push.deliver()
    assert len(receiver.bodies) == 1


def test_what_left_processing_is_told(
    graph: Browser, subscribed: str, push: Push, receiver: Receiver, own_budget: AdSet, world: World
) -> None:
    own_budget.busy_until = int(world.clock.now()) + 60
    push.look()
    own_budget.busy_until = 0
    push.look()
    push.deliver()
    (told,) = [change["value"] for change in receiver.changes() if change["field"] == "in_process_ad_objects"]
    assert told == {"id": own_budget.id, "level": "AD_SET", "status_name": "ACTIVE"}


def test_a_threshold_is_told_once_when_it_is_passed(
    graph: Browser, subscribed: str, push: Push, receiver: Receiver, own_budget: AdSet
) -> None:
    made = graph.post(f"{subscribed}/subscriptions", object_id=own_budget.id, field="spend", value="1")
    push.look()
    push.look()
    push.deliver()
    (told,) = [change["value"] for change in receiver.changes() if change["field"] == "subscriptions"]
    assert (told["subscription_id"], told["object_id"], told["field"]) == (made["id"], own_budget.id, "spend")
    assert told["current_value"] >= 1


def test_many_changes_are_split_over_deliveries(graph: Browser, subscribed: str, push: Push) -> None:
    class Busy(Watch):
        def look(self) -> list[Change]:
            return [Change("1", 5, "field_changed", {"object_id": str(n)}) for n in range(MOST_CHANGES + 1)]

    push.watch = Busy(graph.box.api.world, graph.box.subscriptions)
    assert push.look() == MOST_CHANGES + 1
    assert [len(json.loads(one.body)["entry"][0]["changes"]) for one in push.queue] == [MOST_CHANGES, 1]


def test_subscriptions_outlive_the_process(graph: Browser, subscribed: str, tmp_path: Any, address: str) -> None:
    mine: Subscriptions = graph.box.subscriptions
    mine.path = tmp_path / "webhooks.json"
    mine.keep()
    again = Subscriptions(mine.credentials, mine.ask, mine.path)
    assert again.callback is not None
    assert again.callback.callback_url == address
    assert again.accounts == {subscribed.removeprefix("act_")}


def test_the_thread_pushes_by_itself_and_ends(
    graph: Browser, box: Sandbox, subscribed: str, receiver: Receiver, own_budget: AdSet
) -> None:
    arrived = threading.Event()
    plain = receiver.respond

    def telling(request: Request) -> Response:
        answer = plain(request)
        arrived.set()
        return answer

    receiver.respond = telling  # type: ignore[method-assign]
    box.push.start(every=0.02)
    graph.post(own_budget.id, status="PAUSED")
    assert arrived.wait(10)
    box.push.stop()
    assert box.push.thread is not None
    assert not box.push.thread.is_alive()
