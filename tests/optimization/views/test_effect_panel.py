"""The Effect panel of an action's page and the verdict in the list, with measured figures and without."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from metaads.models import AdAccount
from optimization.models import Action, Effect, Outcome, Status
from tests.optimization.views.conftest import MakeAction
from tests.optimization.views.test_timeline import html

HOURS = {"30m": 0.5, "24h": 24, "48h": 48, "72h": 72}
MONEY = {"actual": 3_000.0, "without": -9_000.0, "effect": 12_000.0, "low": 2_500.0, "high": 20_000.0}
FIGURES: dict[str, Any] = {
    "money": MONEY,
    "spend": {"actual": 0.0, "without": 14_000.0, "effect": -14_000.0, "low": -19_000.0, "high": -9_000.0},
    "conversions": {"actual": 0.0, "without": 1.4, "effect": -1.4, "low": -3.0, "high": 0.5},
    "roas": {"actual": None, "without": 0.36, "effect": None, "low": None, "high": None},
    "controls": 24,
    "placebos": 350,
}


@pytest.fixture
def done(euro: AdAccount, make_action: MakeAction) -> Action:
    then = timezone.now() - timedelta(days=4)
    return make_action(euro, status=Status.EXECUTED, decided_at=then, executed_at=then)


def outcome(action: Action, horizon: str, verdict: str = "", **columns: Any) -> None:
    assert action.executed_at
    due = action.executed_at + timedelta(hours=HOURS[horizon])
    told = {"measured_at": due if verdict else None, "verdict": verdict, **columns}
    Outcome.objects.create(action=action, horizon=horizon, due_at=due, **told)


def measured(action: Action, horizon: str, verdict: str, effect: int, low: int, high: int, note: str = "") -> None:
    money = {**MONEY, "effect": effect, "low": low, "high": high, "without": MONEY["actual"] - effect}
    figures = {**FIGURES, "money": money}
    outcome(action, horizon, verdict, effect=effect, low=low, high=high, figures=figures, note=note)


def test_the_longest_horizon_speaks_with_its_interval_and_each_has_its_line(page: Client, done: Action) -> None:
    outcome(done, "30m", Effect.TOOK, note="Meta shows what was set.")
    measured(done, "24h", Effect.CANNOT_TELL, 3_000, -4_000, 9_000)
    measured(done, "48h", Effect.BETTER, 12_000, 2_500, 20_000)
    outcome(done, "72h", Effect.UNKNOWN, note="The next change of it came after 49 hours.")
    text = html(page, f"/actions/{done.public_id}/")
    assert "+120.00 EUR in 48 hours against comparable objects that nobody changed" in text
    assert "with 95 % it lies between +25.00 EUR and +200.00 EUR" in text
    assert "Effect in 48 hours" in text
    assert "+30.00 EUR (−40.00 EUR to +90.00 EUR)" in text, "the shorter one keeps its own line"
    assert "Meta shows what was set." in text
    assert "The next change of it came after 49 hours." in text
    assert "the figures cannot tell" not in text


def test_each_metric_stands_in_its_unit_and_what_is_unknown_says_so(page: Client, done: Action) -> None:
    measured(done, "24h", Effect.BETTER, 12_000, 2_500, 20_000)
    text = html(page, f"/actions/{done.public_id}/")
    for words in ("−140.00 EUR", "−190.00 EUR to −90.00 EUR", "−1.4", "0.36x"):
        assert words in text, words
    roas = text[text.index('<th scope="row">ROAS') :].split("</tr>", 1)[0]
    assert roas.count("unknown") == 3, "expected, happened and effect: nothing is invented"
    assert "24 comparable objects, 350 placebo windows" in text


def test_an_interval_with_zero_in_it_is_called_neither_good_nor_bad(page: Client, done: Action) -> None:
    ended = "It was undone after 10 hours; measured until then."
    measured(done, "24h", Effect.CANNOT_TELL, 3_000, -4_000, 9_000, ended)
    text = html(page, f"/actions/{done.public_id}/")
    assert f"{ended} The interval includes zero" in text, (
        "how much of the 24 hours was measured stands beside the figure"
    )
    assert "dot-quiet" in text[text.index("impact-title") :][:400]


def test_a_loss_is_shown_as_one(page: Client, done: Action) -> None:
    measured(done, "24h", Effect.WORSE, -7_000, -9_000, -1_000)
    text = html(page, f"/actions/{done.public_id}/")
    assert "−70.00 EUR in 24 hours" in text
    assert "dot-bad" in text[text.index("impact-title") :][:400]
    assert "−70.00 EUR" in html(page, "/actions/?show=history")


def test_before_the_first_measurement_it_says_when_it_comes(page: Client, done: Action) -> None:
    outcome(done, "30m", Effect.TOOK, note="Meta shows what was set.")
    for horizon in ("24h", "48h", "72h"):
        outcome(done, horizon)
    text = html(page, f"/actions/{done.public_id}/")
    assert "It is measured 24, 48 and 72 hours after." in text
    assert "Effect in" not in text
    assert text.count("not yet</b>") == 3
