"""The tab of the back-test: asked for by a form, followed, ended, and what it found in words, charts and a table."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from metaads.models import AdAccount
from optimization.models import Job, Rule
from optimization.views.rule_replayed import _events
from tests.factories.optimization import make_rule
from tests.optimization.rules.build import leaf
from tests.optimization.views.conftest import signed_in
from tests.optimization.views.shop import NOW, Shop, open_shop
from tests.optimization.views.test_campaigns import html

LOWER = {"kind": "decrease_budget", "parameters": {"percent": 20}}


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop(euro: AdAccount) -> Shop:
    return open_shop(euro)


@pytest.fixture
def rule(shop: Shop) -> Rule:
    return make_rule(shop.account, leaf("spend_7d", ">", 50), LOWER)


def path(rule: Rule, more: str = "") -> str:
    return f"/rules/{rule.public_id}/?tab=backtest{more}"


def firing(shop: Shop, **changes: Any) -> dict[str, Any]:
    values = {
        "at": (NOW - timedelta(days=3)).isoformat(),
        "resolution": "hourly",
        "rule": "",
        "rule_name": "Stop loss",
        "level": "adset",
        "entity_id": shop.ad_set.meta_id,
        "entity_name": "Alpha set",
        "asked_of": shop.ad_set.meta_id,
        "kind": "decrease_budget",
        "field": "daily_budget",
        "before": 10_000,
        "wanted": 8_000,
        "final": 8_000,
        "change": "Lower budget 100.00 → 80.00 EUR a day, −20 %",
        "reason": "Spend 700.00 EUR in the last 7 days.",
        "at_stake": 2_000,
        "fate": "carried out",
        "spend_cut": 60.0,
        "conversions_lost": 3.0,
        "value_lost": 180.0,
        "estimate": True,
        "days": 3,
        "unknown_days": 0,
    }
    return {**values, **changes}


def totals_of(listed: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "firings": len(listed),
        "entities": 1,
        "by_kind": {"decrease_budget": len(listed)},
        "spend_cut": 60.0,
        "conversions_lost": 3.0,
        "value_lost": 180.0,
        "spend_added": 0.0,
        "conversions_gained": 0.0,
        "value_gained": 0.0,
        "estimate": True,
        "unknown": 0,
        "unknown_days": 0,
    }


def result(shop: Shop, *firings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    listed = list(firings) or [firing(shop)]
    values = {
        "account": shop.account.meta_id,
        "currency": "EUR",
        "zone": shop.account.timezone_name,
        "since": (NOW - timedelta(days=7)).isoformat(),
        "until": NOW.isoformat(),
        "mode": "approve_all",
        "campaign": None,
        "rules": [{"id": "", "name": "Stop loss", "level": "adset", "version": 1}],
        "resolution": "hourly",
        "resolutions": {"hourly": 168},
        "totals": totals_of(listed),
        "per_day": [{"day": "2026-11-17", "firings": 1, "spend_cut": 60.0}],
        "firings": listed,
        "firings_left_out": 0,
        "matched": 1,
        "told": 0,
        "blocked": {"cooldown": 2},
        "skipped": {},
        "nothing": {},
        "problems": [],
        "notes": ["The account's limits are those of today."],
        "recorded": None,
    }
    return {**values, **changes}


def job(rule: Rule, account: AdAccount, **columns: Any) -> Job:
    values = {
        "kind": "backtest",
        "account": account,
        "parameters": {"rules": [str(rule.public_id)]},
        "created_at": NOW,
        "state": Job.State.DONE,
    }
    return Job.objects.create(**{**values, **columns})


def test_before_the_first_one_the_tab_says_what_it_will_show(page: Client, rule: Rule) -> None:
    text = html(page, path(rule))
    assert "Nothing was replayed yet" in text
    assert 'value="2026-11-06"' in text
    assert "Alpha" in text.partition('name="campaign"')[2].partition("</select>")[0]


def test_what_it_found_is_said_in_words_with_the_money(page: Client, rule: Rule, shop: Shop) -> None:
    job(rule, shop.account, result=result(shop))
    text = html(page, path(rule))
    for said in (
        "It would have acted 1 time on 1 ad set: decrease budget.",
        "About 60.00 EUR of spend would have been cut, and 3 conversions lost with it (worth 180.00 EUR",
        "the cut spend had a ROAS of 3.00x",
        "Hour by hour",
        "2 held back by cooldown.",
        "limits are those of today",
    ):
        assert said in text, said


def test_firings_stand_on_the_timeline_and_in_a_table(page: Client, rule: Rule, shop: Shop) -> None:
    job(rule, shop.account, result=result(shop))
    text = html(page, path(rule))
    assert "Spend of the account, EUR" in text
    assert "17 Nov: Lower budget 100.00 → 80.00 EUR a day, −20 % Alpha set" in text
    assert f'href="/adsets/{shop.ad_set.meta_id}/"' in text
    rows = list(csv.DictReader(StringIO(page.get(path(rule, "&csv=firings")).content.decode("utf-8-sig"))))
    assert [(row["Name"], row["Spend cut (EUR)"], row["Conversions lost"]) for row in rows] == [
        ("Alpha set", "60", "3.0")
    ]


def test_what_is_unknown_is_no_zero(page: Client, rule: Rule, shop: Shop) -> None:
    unknown = firing(shop, spend_cut=None, conversions_lost=None, value_lost=None)
    found = result(shop, unknown)
    found["totals"] |= {"spend_cut": None, "conversions_lost": None, "value_lost": None, "unknown": 1}
    job(rule, shop.account, result=found)
    text = html(page, path(rule))
    assert "What 1 firing would have saved or cost is unknown." in text
    assert "would have been cut" not in text.partition('class="says"')[2].partition("</div>")[0]


def test_a_daily_one_is_labelled_so(page: Client, rule: Rule, shop: Shop) -> None:
    job(rule, shop.account, result=result(shop, resolution="daily"))
    assert "One look a day" in html(page, path(rule))


def test_nothing_fired_is_said(page: Client, rule: Rule, shop: Shop) -> None:
    found = result(shop, firings=[], per_day=[])
    found["totals"] |= {"firings": 0, "entities": 0, "by_kind": {}, "spend_cut": None}
    job(rule, shop.account, result=found)
    assert "It would have done nothing." in html(page, path(rule))


def test_a_running_one_shows_how_far_it_is_and_asks_again_by_itself(page: Client, rule: Rule, shop: Shop) -> None:
    one = job(rule, shop.account, state=Job.State.RUNNING, progress=0.37, note="12 Nov 14:00")
    text = html(page, path(rule))
    assert 'value="37"' in text
    assert "12 Nov 14:00" in text
    assert 'hx-trigger="every 2s"' in text
    assert f"/rules/{rule.public_id}/jobs/{one.public_id}/stop/" in text
    assert "<noscript>" in text


def test_a_running_one_is_ended_by_hand(page: Client, rule: Rule, shop: Shop) -> None:
    one = job(rule, shop.account, state=Job.State.QUEUED)
    answer = page.post(f"/rules/{rule.public_id}/jobs/{one.public_id}/stop/")
    assert answer.status_code == 302
    one.refresh_from_db()
    assert one.state == Job.State.CANCELLED
    assert "Cancelled by marta." in html(page, path(rule))


def test_jobs_of_other_rules_and_accounts_are_neither_shown_nor_ended(
    page: Client, rule: Rule, shop: Shop, yen: AdAccount
) -> None:
    other = make_rule(shop.account, leaf("spend_7d", ">", 50), name="Other")
    theirs = job(other, shop.account, result=result(shop))
    foreign = job(rule, yen, state=Job.State.QUEUED)
    assert "Nothing was replayed yet" in html(page, path(rule))
    for one in (theirs, foreign):
        assert page.post(f"/rules/{rule.public_id}/jobs/{one.public_id}/stop/").status_code == 404


def test_a_failed_one_says_why(page: Client, rule: Rule, shop: Shop) -> None:
    job(rule, shop.account, state=Job.State.FAILED, note="Days before 2026-10-22 are not stored.")
    assert "Days before 2026-10-22 are not stored." in html(page, path(rule))


def test_starting_puts_a_job_into_the_queue_and_leads_to_it(viewer: User, rule: Rule, shop: Shop) -> None:
    client = signed_in(viewer)
    given = {"since": "2026-11-10", "until": "2026-11-20", "campaign": shop.alpha.meta_id, "mode": "approve_all"}
    answer = client.post(f"/rules/{rule.public_id}/backtest/", given)
    one = Job.objects.get()
    assert (
        answer.headers["Location"]
        == f"/rules/{rule.public_id}/?tab=backtest&in={shop.account.pk}&job={one.public_id}#job"
    )
    assert (one.kind, one.account, one.created_by, one.state) == ("backtest", shop.account, viewer, "queued")
    assert shop.alpha.meta_id in str(one.parameters)
    assert "Waiting" in html(client, path(rule))


def test_what_cannot_be_replayed_comes_back_with_all_that_was_typed(page: Client, rule: Rule, shop: Shop) -> None:
    given = {"since": "2020-01-01", "until": "2026-11-20", "campaign": shop.alpha.meta_id, "mode": "approve_all"}
    answer = page.post(f"/rules/{rule.public_id}/backtest/", given)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "are not stored" in text
    assert 'value="2020-01-01"' in text
    assert f'value="{shop.alpha.meta_id}" selected' in text
    assert not Job.objects.exists()


def test_every_day_that_had_a_firing_is_marked_once(euro: AdAccount) -> None:
    shape = {"change": "Pause", "kind": "pause", "entity_name": "Alpha"}
    firings = [
        {"at": f"2026-11-{day:02}T{hour:02}:00:00+00:00", **shape} for day in range(1, 15) for hour in range(8, 20)
    ]
    events = _events({"firings": firings}, euro)
    assert [(event.day.day, event.label) for event in events] == [(day, "12 firings") for day in range(1, 15)]
