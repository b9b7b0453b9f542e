"""A plan of several steps on every page that shows actions: each step in a line, never a raw mapping."""

import pytest
from django.test import Client
from django.urls import reverse

from metaads.models import AdAccount
from optimization.models import Action, Status
from optimization.views.actions_table import long
from tests.optimization.views.conftest import MakeAction

pytestmark = pytest.mark.django_db
BEFORE = {"adset:31:daily_budget": 12_000, "adset:32:daily_budget": 10_000}
AFTER = {"adset:31:daily_budget": 9_000, "adset:32:daily_budget": 13_000}


def _step(op: str, level: str, entity_id: str, name: str, **more: object) -> dict[str, object]:
    return {"op": op, "level": level, "entity_id": entity_id, "name": name, "field": "", "old": None, "new": None,
            "params": {}, **more}  # fmt: skip


SHARED = [
    _step("set", "adset", "31", "Retargeting", field="daily_budget", old=12_000, new=9_000),
    _step("set", "adset", "32", "Lookalikes", field="daily_budget", old=10_000, new=13_000),
]
COPIED = [
    _step("copy", "adset", "31", "Retargeting (copy)", params={"deep_copy": False}),
    _step("set", "adset", "$1", "Retargeting (copy)", field="daily_budget", old=12_000, new=6_000),
    _step("set", "adset", "$1", "Retargeting (copy)", field="status", old="PAUSED", new="ACTIVE"),
]


@pytest.fixture
def plan(euro: AdAccount, make_action: MakeAction) -> Action:
    return make_action(
        euro, kind="reallocate", field="steps", steps=SHARED, value_before=BEFORE, value_wanted=AFTER,
        value_final=AFTER, at_stake=3_000,
    )  # fmt: skip


@pytest.fixture
def copy(euro: AdAccount, make_action: MakeAction) -> Action:
    return make_action(
        euro, kind="duplicate", field="steps", steps=COPIED, value_before={}, value_wanted={}, value_final={},
        at_stake=6_000,
    )  # fmt: skip


def test_the_queue_shows_each_step_in_a_line(page: Client, plan: Action, copy: Action) -> None:
    text = page.get(reverse("actions")).content.decode()
    assert "30.00 EUR a day moved, total unchanged, 2 steps" in text
    assert "Set daily budget of ad set Retargeting</span>" in text
    assert "120.00 EUR → 90.00 EUR <b>−25 %</b>" in text
    assert "Copy, paused: ad set Retargeting (copy)</span>" in text
    assert "adset:31" not in text


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED, Status.EXECUTED, Status.FAILED])
def test_the_actions_page_shows_the_plan_in_every_state(
    page: Client, plan: Action, copy: Action, status: Status
) -> None:
    Action.objects.update(status=status, made=[{"level": "adset", "id": "99", "name": "Retargeting (copy)"}])
    for action in (plan, copy):
        text = page.get(reverse("action", args=[action.public_id])).content.decode()
        assert "The plan, step by step" in text
        assert "it found" not in text
        assert "99" in text
    assert "+60.00 EUR a day in all" in text


@pytest.mark.parametrize("name", ["actions", "dashboard", "actions-timeline"])
def test_lists_take_a_plan_like_any_action(page: Client, plan: Action, name: str) -> None:
    answer = page.get(reverse(name))
    assert answer.status_code == 200
    assert "adset:31:daily_budget" not in answer.content.decode()


def test_a_file_of_actions_names_what_the_plan_sets(page: Client, plan: Action, copy: Action) -> None:
    rows = [[cell.raw for cell in row] for row in long([plan, copy]).rows]
    assert "adset 31 daily budget 120.00 EUR; adset 32 daily budget 100.00 EUR" in rows[0]
    assert "nothing that exists" in rows[1]


def test_the_api_tells_the_steps_and_their_words(page: Client, plan: Action) -> None:
    told = page.get(reverse("api-action", args=[plan.public_id])).json()
    assert told["plan"] == [
        "Set daily budget of ad set Retargeting: 120.00 EUR → 90.00 EUR, −25 %",
        "Set daily budget of ad set Lookalikes: 100.00 EUR → 130.00 EUR, +30 %",
    ]
    assert told["value_final"] == AFTER
