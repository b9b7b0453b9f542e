"""A small world with a standing clock, made once and copied for each test; and ways to talk to it."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from metaads.sandbox.server import Sandbox, make_app
from metaads.sandbox.state import load_or_create
from metaads.sandbox.world.nodes import AdSet, Campaign
from metaads.sandbox.world.options import sized
from metaads.sandbox.world.world import World
from tests.sandbox_adapter import Controls, WsgiAdapter

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
HOST = "http://sandbox.test"


@pytest.fixture(scope="session")
def pristine() -> World:
    return load_or_create(None, 7, NOW, sized("small", 7))


@pytest.fixture
def world(pristine: World) -> World:
    return copy.deepcopy(pristine)


@pytest.fixture
def box(world: World) -> Sandbox:
    return make_app(world)


@pytest.fixture
def controls(box: Sandbox) -> Controls:
    return Controls(box)


class Browser:
    """A plain HTTP client of the sandbox with the right token, for tests of the protocol itself."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.session = requests.Session()
        self.session.mount(HOST, WsgiAdapter(box))
        self.session.headers["Authorization"] = f"Bearer {box.api.credentials.token}"

    def send(self, method: str, path: str, **params: Any) -> requests.Response:
        flat = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
        form = method == "POST"
        return self.session.request(
            method,
            f"{HOST}/v26.0/{path}",
            timeout=(1, 5),
            data=flat if form else None,
            params=None if form else flat,
        )

    def get(self, path: str, **params: Any) -> Any:
        return self.send("GET", path, **params).json()

    def post(self, path: str, **params: Any) -> Any:
        return self.send("POST", path, **params).json()

    def pages(self, path: str, **params: Any) -> Iterator[list[dict[str, Any]]]:
        """Follows `next` as it is given, to the end."""
        body = self.get(path, **params)
        while True:
            yield body["data"]
            following = body.get("paging", {}).get("next")
            if following is None:
                return
            body = self.session.get(following, timeout=(1, 5)).json()

    def refused(self, method: str, path: str, **params: Any) -> tuple[int, int | None]:
        """Code and subcode of a call that must fail."""
        response = self.send(method, path, **params)
        assert response.status_code >= 400, response.text
        error = response.json()["error"]
        return error["code"], error.get("error_subcode")


@pytest.fixture
def graph(box: Sandbox) -> Browser:
    return Browser(box)


@pytest.fixture
def act(world: World) -> str:
    return f"act_{world.accounts[0].id}"


def first_set(world: World, fits: Callable[[AdSet, Campaign], bool], account: int = 0) -> AdSet:
    """The first running ad set of an account that fits."""
    here = world.accounts[account]
    for ad_set in here.ad_sets:
        campaign = here.campaigns[ad_set.campaign]
        if ad_set.status == campaign.status == "ACTIVE" and fits(ad_set, campaign):
            return ad_set
    raise LookupError("no such ad set in this world")


@pytest.fixture
def own_budget(world: World) -> AdSet:
    """A running ad set with its own daily budget (ABO)."""
    return first_set(world, lambda s, c: s.daily_budget is not None)


@pytest.fixture
def shared_budget(world: World) -> AdSet:
    """A running ad set of a campaign with a campaign budget (CBO)."""
    return first_set(world, lambda s, c: c.daily_budget is not None)
