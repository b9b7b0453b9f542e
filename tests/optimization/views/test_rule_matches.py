"""The tab of matches: who fits now, what would become of each, what stands in the way, what nearly fits."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from metaads.models import AdAccount, AdSet
from optimization.models import Action, Rule
from tests.factories.metaads import AdSetFactory, CampaignFactory
from tests.factories.optimization import NOW, keep_frame, make_rule
from tests.optimization.rules.build import leaf
from tests.optimization.views.conftest import signed_in
from tests.optimization.views.test_campaigns import html

SPENDS = leaf("spend_7d", ">", 50)
LOWER = {"kind": "decrease_budget", "parameters": {"percent": 70}}


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sets(euro: AdAccount) -> list[AdSet]:
    campaign = CampaignFactory.create(account=euro)
    made: list[AdSet] = AdSetFactory.create_batch(4, campaign=campaign)
    columns: dict[str, list[Any]] = {
        "ids": [one.meta_id for one in made],
        "name": [one.name for one in made],
        "spend_7d": [700.0, 64.1, 49.0, None],
    }
    keep_frame(euro, "adset", columns)
    return made


@pytest.fixture
def rule(euro: AdAccount, sets: list[AdSet]) -> Rule:
    return make_rule(euro, SPENDS, LOWER)


def path(rule: Rule, more: str = "") -> str:
    return f"/rules/{rule.public_id}/?tab=matches{more}"


def test_matches_are_shown_with_change_reason_rails_and_money(page: Client, rule: Rule, sets: list[AdSet]) -> None:
    text = html(page, path(rule))
    for said in (
        f"<b>{sets[0].name}</b>",
        "Lower budget 100.00 → 50.00 EUR a day, −50 %",
        "Spend 700.00 EUR in the last 7 days.",
        "Would be proposed",
        "50.00 EUR a day",
        "1 without data to decide",
        f'href="/adsets/{sets[0].meta_id}/"',
    ):
        assert said in text, said
    assert "chip-watch" in text.partition(sets[0].name)[2]


def test_what_nearly_fits_is_named_with_what_is_missing(page: Client, rule: Rule, sets: list[AdSet]) -> None:
    near = html(page, path(rule)).partition("Nearest to a match")[2]
    assert sets[2].name in near
    assert "1.00 EUR" in near


def test_looking_leaves_no_record(page: Client, rule: Rule) -> None:
    html(page, path(rule))
    rule.refresh_from_db()
    assert (rule.evaluated, Action.objects.count()) == (0, 0)


def test_a_viewer_may_look(viewer: User, rule: Rule) -> None:
    assert "Matches now" in html(signed_in(viewer), path(rule))


def test_nothing_matches_says_how_many_were_looked_at(page: Client, euro: AdAccount, sets: list[AdSet]) -> None:
    text = html(page, path(make_rule(euro, leaf("spend_7d", ">", 5_000))))
    assert "Nothing matches now" in text
    assert "None of the 4 it looks at" in text


def test_without_data_it_says_so(page: Client, euro: AdAccount) -> None:
    text = html(page, path(make_rule(euro, SPENDS)))
    assert "no data yet" in text


def test_a_rule_that_only_tells_shows_whom_it_would_tell_of(page: Client, euro: AdAccount, sets: list[AdSet]) -> None:
    tells = make_rule(euro, SPENDS, {"kind": "notify_only", "parameters": {"message": "Look"}})
    text = html(page, path(tells))
    assert "Would be told" in text
    assert "Money at stake" not in text


def test_a_rule_without_conditions_is_no_error(page: Client, euro: AdAccount) -> None:
    empty = Rule.objects.create(name="Empty", category="scaling", level="adset")
    empty.accounts.add(euro)
    assert "It has no conditions yet." in html(page, path(empty))


def test_the_file_has_amounts_in_the_major_unit(page: Client, rule: Rule, sets: list[AdSet]) -> None:
    rows = list(csv.DictReader(StringIO(page.get(path(rule, "&csv=matches")).content.decode("utf-8-sig"))))
    by_id = {row["Meta id"]: row for row in rows}
    assert by_id[sets[0].meta_id]["At stake a day"] == "50"
    assert len(rows) == 2


def test_the_rule_comes_as_yaml_only_to_who_may_see_all_of_its_accounts(
    page: Client, rule: Rule, yen: AdAccount
) -> None:
    answer = page.get(f"/rules/{rule.public_id}/yaml/")
    assert "spend_7d" in answer.content.decode()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="stop-loss.yaml"'
    rule.accounts.add(yen)
    assert page.get(f"/rules/{rule.public_id}/yaml/").status_code == 403
    assert "/yaml/" not in html(page, f"/rules/{rule.public_id}/")
