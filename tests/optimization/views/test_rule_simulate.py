"""The tab of the simulation: the same world with and without the rule, side by side."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from metaads.models import AdAccount
from optimization.models import Job, Rule
from tests.factories.optimization import make_rule
from tests.optimization.rules.build import leaf
from tests.optimization.views.test_campaigns import html

WITHOUT = {"roas": 1.2, "cpa": 30.0, "ctr": 1.0, "cpc": 0.8, "wasted": 400.0, "spend": 900.0, "conversions": 30.0}
WITH = {"roas": 1.5, "cpa": 24.0, "ctr": 1.1, "cpc": None, "wasted": 100.0, "spend": 700.0, "conversions": 29.0}


def arm(figures: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"conversion_value": 1000.0, "executed": {}, **figures, **more}


RESULT: dict[str, Any] = {
    "days": 7,
    "seed": 11,
    "step_hours": 6,
    "world": {"account": 0, "accounts": 1, "currency": "EUR", "zone": "Europe/Berlin"}
    | {"campaigns": 3, "ad_sets": 9, "ads": 20},
    "rules": [{"name": "Stop loss", "level": "adset"}],
    "arms": {"without": arm(WITHOUT), "with": arm(WITH, executed={"pause": 4})},
    "change": {"roas": 25.0, "cpa": -20.0, "ctr": 10.0, "cpc": None, "wasted": -75.0, "spend": -22.2},
    "notes": ["The world is a sandbox."],
}


@pytest.fixture
def rule(euro: AdAccount) -> Rule:
    return make_rule(euro, leaf("spend_7d", ">", 50))


def path(rule: Rule, more: str = "") -> str:
    return f"/rules/{rule.public_id}/?tab=simulate{more}"


def done(rule: Rule, account: AdAccount) -> Job:
    return Job.objects.create(
        kind="simulate",
        account=account,
        parameters={"rules": [str(rule.public_id)], "days": 14, "seed": 11},
        state=Job.State.DONE,
        result=RESULT,
        created_at=timezone.now(),
    )


def test_before_the_first_one_the_tab_says_what_it_will_show(page: Client, rule: Rule) -> None:
    assert "Nothing was simulated yet" in html(page, path(rule))


def test_both_worlds_are_told_in_words_and_side_by_side(page: Client, rule: Rule, euro: AdAccount) -> None:
    done(rule, euro)
    text = html(page, path(rule))
    for said in (
        "ROAS went from 1.20x without the rule to 1.50x with it.",
        "Wasted spend went from 400.00 EUR to 100.00 EUR.",
        "It acted 4 times: pause 4 ×.",
        "−75 %",
        "The world is a sandbox.",
        "<option selected>14</option>",
        'value="11"',
    ):
        assert said in text, said


def test_what_is_unknown_stays_unknown_in_the_file_too(page: Client, rule: Rule, euro: AdAccount) -> None:
    done(rule, euro)
    rows = list(csv.DictReader(StringIO(page.get(path(rule, "&csv=simulation")).content.decode("utf-8-sig"))))
    by_name = {row["Metric"]: row for row in rows}
    assert (by_name["CPC"]["Without"], by_name["CPC"]["With"], by_name["CPC"]["Change (%)"]) == ("0.8", "", "")
    assert by_name["ROAS"]["Change (%)"] == "25.0"


def test_starting_queues_it_and_refuses_odd_days_with_what_was_typed(page: Client, rule: Rule) -> None:
    assert page.post(f"/rules/{rule.public_id}/simulate/", {"days": "7", "seed": "3"}).status_code == 302
    job = Job.objects.get()
    assert (job.kind, job.parameters["days"], job.parameters["seed"]) == ("simulate", 7, 3)
    answer = page.post(f"/rules/{rule.public_id}/simulate/", {"days": "400", "seed": "3"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert Job.objects.count() == 1
