"""Whatever a manager sends as a rule is saved and usable everywhere, or refused in the one shape of errors."""

import json
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.contrib.auth.models import User
from hypothesis import strategies as st
from rest_framework.test import APIClient

from metaads.models import AdAccount
from optimization.models import Rule
from tests.factories.metaads import AdSetFactory
from tests.optimization.api.conftest import calling
from tests.optimization.api.test_hostile import SHAPE
from tests.optimization.api.test_rules import LOSS
from tests.optimization.rules.documents import DOCUMENTS

RULES = "/api/intelligence/rules"
ODD: list[Any] = [
    None, True, -1, 0, 10**30, -(10**400), 1e308, 1e-320, "", " ", "\u202e", "\ud800", "\0", "x" * 5000, "٤٢",
    [], [[]], {}, {"all": []}, {"not": {}}, {"not": {"not": None}}, {"$ne": 1}, ["mon", "mon"], "24:00", "Mars/Olympus",
    "spend_7d / 0", "((((", "target_cpa * 1e999", "spend_999d", "9" * 400, "spend_7d ** 9 ** 9", "__class__",
    "(" * 500 + "1" + ")" * 500, "spend_7d" + " + 1" * 900, "-" * 900 + "1",
    {"days": 10**9, "operator": ">", "value": 1}, {"percent": 20}, {"operator": ">", "value": "x", "probability": 90},
]  # fmt: skip
Path = tuple[str | int, ...]


def places(node: Any, path: Path = ()) -> Iterator[Path]:
    """Every place within a value, the outermost left out."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


def replaced(node: Any, path: Path, value: Any) -> Any:
    """A copy that says something else at one place."""
    if not path:
        return value
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    made = {key: replaced(inner, path[1:], value) if key == path[0] else inner for key, inner in pairs}
    return made if isinstance(node, dict) else list(made.values())


SOUND: dict[str, Any] = {
    "name": "N", "description": "", "category": "scaling", "level": "adset", "priority": 5, "tags": ["a"],
    "document": LOSS,
}  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """A sound rule that says something odd at one or two places."""
    body: dict[str, Any] = {**SOUND, "document": draw(DOCUMENTS)}
    for _ in range(draw(st.integers(1, 2))):
        changed: dict[str, Any] = replaced(body, draw(st.sampled_from(list(places(body)))), draw(st.sampled_from(ODD)))
        body = changed
    return body


def sent(client: APIClient, method: str, path: str, body: Any) -> Any:
    """The answer, which is no mistake of ours and in its shape."""
    answer = client.generic(method, path, json.dumps(body).encode(), "application/json")  # type: ignore[arg-type]
    assert answer.status_code < 500, path
    assert answer.status_code < 400 or set(answer.json()) == SHAPE, path
    return answer


def test_every_rule_is_saved_and_usable_or_refused(
    manager: User, euro: AdAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rest_framework.throttling.SimpleRateThrottle.allow_request", lambda *a: True)
    client, base = calling(manager), {"account": euro.meta_id, "level": "adset"}
    AdSetFactory.create_batch(2, campaign__account=euro)
    told = {"name": "Kept", "category": "scaling", "level": "adset", "accounts": [euro.meta_id], "document": LOSS}
    kept = f"{RULES}/{sent(client, 'POST', RULES, told).json()['id']}"
    seen: set[int] = set()

    @hypothesis.example(body=SOUND)
    @hypothesis.example(body={**SOUND, "document": {}})
    @hypothesis.given(body=bodies())
    @hypothesis.settings(
        max_examples=40, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    def held(body: dict[str, Any]) -> None:
        document = {"document": body.get("document")}
        sent(client, "PATCH", kept, document)
        sent(client, "POST", f"{RULES}/preview", {**base, **document})
        sent(client, "POST", f"{kept}/backtest", {"since": "2026-11-18", "until": "2026-11-19", **document})
        sent(
            client,
            "POST",
            "/api/optimization/simulate",
            {"account": euro.meta_id, "rule": {"level": "adset", **document}},
        )
        made = sent(client, "POST", RULES, {**body, "accounts": [euro.meta_id]})
        seen.add(made.status_code)
        if made.status_code == 201:
            one = f"{RULES}/{made.json()['id']}"
            assert sent(client, "POST", f"{one}/preview", {}).status_code == 200
            assert sent(client, "POST", f"{one}/toggle", {"active": True}).json()["active"] is True
            assert client.get(f"{RULES}/export.yaml").status_code == 200
            assert client.delete(one).status_code == 204

    held()
    assert seen >= {201, 400}
    assert Rule.objects.count() > 1
