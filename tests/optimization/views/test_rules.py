"""/rules/: each rule with its words, state, figures and switch; each role its own."""

import csv
import re
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metaads.models import AdAccount, Role
from optimization.models import Rule
from optimization.rules.keeping import archive
from optimization.rules.services import set_active
from optimization.views.rule_words import short_count
from tests.factories.metaads import AdAccountFactory, MembershipFactory
from tests.factories.optimization import make_rule
from tests.optimization.views.conftest import MakeAction, signed_in
from tests.optimization.views.test_campaigns import html

QUERIES = 20
"""A committed baseline: however many rules there are."""
SPENDS = {"field": "spend_7d", "operator": ">", "value": 50}
RAISE = {"kind": "increase_budget", "parameters": {"percent": 20}}


def names(text: str) -> list[str]:
    return re.findall(r'data-part="details">([^<]+)</a><p class="rule-says"', text)


@pytest.fixture
def rule(euro: AdAccount) -> Rule:
    made = make_rule(euro, SPENDS, name="Stop loss", schedule={"every": "daily", "at": "08:30"})
    made.evaluated, made.triggered, made.proposed, made.approved, made.executed = 1_234_567, 12, 7, 5, 4
    made.tags = ["summer"]
    made.save()
    return made


def test_a_rule_is_listed_with_its_words_figures_mode_and_schedule(page: Client, rule: Rule) -> None:
    text = html(page, "/rules/")
    assert names(text) == ["Stop loss"]
    for said in ("Pause ad sets that spent", "Asks first", "Every day at 08:30", "Northwind", "1.23M", "summer"):
        assert said in text, said
    assert 'title="1,234,567"' in text
    assert "not measured yet" in text
    assert 'aria-checked="true"' in text
    assert f'href="/rules/{rule.public_id}/"' in text


def test_times_are_in_the_zone_of_the_account(page: Client, rule: Rule, euro: AdAccount) -> None:
    rule.last_triggered_at = timezone.now()
    rule.save()
    assert f"{rule.last_triggered_at.astimezone(euro.zone):%H:%M %Z}" in html(page, "/rules/")


def test_what_waits_is_counted_and_linked(
    page: Client, rule: Rule, euro: AdAccount, yen: AdAccount, make_action: MakeAction
) -> None:
    make_action(euro, rule_version=rule.current)
    make_action(yen, rule_version=rule.current)
    text = html(page, "/rules/")
    assert f'href="/actions/?rule={rule.pk}"><b>1</b>' in text
    assert "1 proposal" in html(page, f"/rules/{rule.public_id}/")


def test_rules_of_other_accounts_are_not_there(page: Client, rule: Rule, yen: AdAccount) -> None:
    other = make_rule(yen, SPENDS, name="Foreign")
    assert names(html(page, "/rules/")) == ["Stop loss"]
    assert page.get(f"/rules/{other.public_id}/").status_code == 404


def test_a_rule_that_also_covers_a_hidden_account_is_shown_without_its_name_and_not_to_be_edited(
    page: Client, rule: Rule, yen: AdAccount
) -> None:
    rule.accounts.add(yen)
    for path in ("/rules/", f"/rules/{rule.public_id}/"):
        text = html(page, path)
        assert "Northwind and 1 that you cannot see" in text
        assert "Kanto" not in text
        assert 'role="switch"' not in text
    assert page.post(f"/rules/{rule.public_id}/switch/", {"active": "0"}).status_code == 403
    rule.refresh_from_db()
    assert rule.active


def test_a_viewer_looks_and_has_no_switch(viewer: User, rule: Rule) -> None:
    text = html(signed_in(viewer), "/rules/")
    assert names(text) == ["Stop loss"]
    assert 'role="switch"' not in text
    assert "Active" in text


def test_the_switch_works_without_javascript_and_comes_back(page: Client, rule: Rule) -> None:
    answer = page.post(f"/rules/{rule.public_id}/switch/", {"active": "0", "next": "/rules/?q=stop"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/rules/?q=stop#rule-{rule.public_id}")
    rule.refresh_from_db()
    assert not rule.active
    text = html(page, "/rules/")
    assert "It proposes nothing; what waits stays." in text
    assert 'aria-checked="false"' in text


def test_the_switch_never_leads_to_another_site(page: Client, rule: Rule) -> None:
    answer = page.post(f"/rules/{rule.public_id}/switch/", {"active": "0", "next": "https://evil.example/"})
    assert answer.headers["Location"] == f"/rules/{rule.public_id}/"


def test_a_rule_that_cannot_run_says_why_it_stays_off(page: Client, euro: AdAccount) -> None:
    empty = Rule.objects.create(name="Empty", category="scaling", level="adset")
    empty.accounts.add(euro)
    page.post(f"/rules/{empty.public_id}/switch/", {"active": "1", "next": "/rules/"})
    assert "Empty stays off: the rule has no conditions yet" in html(page, "/rules/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=stop", ["Stop loss"]),
        ("q=SUMMER", ["Stop loss"]),
        ("q=dayparting", []),
        ("level=ad", ["Warn"]),
        ("mode=automatic", ["Scale"]),
        ("mode=notice", ["Warn"]),
        ("state=off", ["Scale"]),
        ("state=stopped", ["Warn"]),
        ("state=archived", ["Old"]),
        ("category=scaling", ["Scale"]),
        ("tag=summer", ["Stop loss"]),
        ("state=nonsense&sort=nonsense&page=-3&level=x", ["Scale", "Stop loss", "Warn"]),
        ("sort=-evaluated", ["Stop loss", "Scale", "Warn"]),
        ("sort=-name", ["Warn", "Stop loss", "Scale"]),
        ("sort=priority", ["Stop loss", "Warn", "Scale"]),
    ],
)
def test_the_list_is_searched_filtered_and_sorted(
    page: Client, manager: User, rule: Rule, euro: AdAccount, query: str, found: list[str]
) -> None:
    scale = make_rule(euro, SPENDS, RAISE, name="Scale", priority=70, mode="automatic")
    scale.category = "scaling"
    scale.save()
    set_active(scale, False, manager, timezone.now())
    warn = make_rule(euro, SPENDS, {"kind": "notify_only", "parameters": {"message": "Look"}}, name="Warn", level="ad")
    warn.active, warn.disabled_reason = False, "Failed 3 times in a row."
    warn.save()
    archive(make_rule(euro, SPENDS, name="Old"), manager, timezone.now())
    assert names(html(page, f"/rules/?{query}")) == found


def test_a_rule_that_stopped_by_itself_says_why(page: Client, rule: Rule) -> None:
    rule.active, rule.disabled_reason = False, "Failed 3 times in a row. Last: no such field."
    rule.save()
    for path in ("/rules/", f"/rules/{rule.public_id}/"):
        text = html(page, path)
        assert "Off by itself" in text
        assert "Failed 3 times in a row. Last: no such field." in text


def test_the_file_has_every_column_and_the_filters(page: Client, rule: Rule, euro: AdAccount) -> None:
    make_rule(euro, SPENDS, name="=HYPERLINK()")
    rows = list(csv.DictReader(StringIO(page.get("/rules/?csv=rules").content.decode("utf-8-sig"))))
    assert [row["Rule"] for row in rows] == ["'=HYPERLINK()", "Stop loss"]
    assert (rows[1]["Evaluated"], rows[1]["Saved or gained"], rows[1]["Mode"]) == ("1234567", "", "Asks first")
    assert len(list(csv.reader(StringIO(page.get("/rules/?csv=rules&q=stop").content.decode("utf-8-sig"))))) == 2


def test_no_rule_yet_teaches_what_one_is(page: Client, viewer: User) -> None:
    text = html(page, "/rules/")
    assert "A rule says what to watch for and what to do then" in text
    assert "A manager of the account can make one." in html(signed_in(viewer), "/rules/")


def test_one_account_shows_the_rules_that_cover_it(page: Client, manager: User, rule: Rule, yen: AdAccount) -> None:
    MembershipFactory.create(user=manager, account=yen, role=Role.MANAGER)
    make_rule(yen, SPENDS, name="Tokyo")
    everywhere = make_rule(None, SPENDS, name="Everywhere")
    everywhere.owner = manager
    everywhere.save()
    assert names(html(page, "/rules/")) == ["Everywhere", "Stop loss", "Tokyo"]
    assert names(html(page, f"/rules/?account={yen.pk}")) == ["Everywhere", "Tokyo"]


def test_the_number_of_queries_does_not_grow_with_the_rules(page: Client, rule: Rule, euro: AdAccount) -> None:
    html(page, "/rules/")
    counts = []
    for _ in range(2):
        for i in range(6):
            made = make_rule(euro, SPENDS, name=f"More {i}")
            made.accounts.add(AdAccountFactory.create())
        with CaptureQueriesContext(connection) as asked:
            html(page, "/rules/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= QUERIES


def test_fifty_rules_are_a_page(page: Client, euro: AdAccount) -> None:
    for i in range(51):
        make_rule(euro, SPENDS, name=f"Rule {i:02}")
    assert len(names(html(page, "/rules/"))) == 50
    assert names(html(page, "/rules/?page=2")) == ["Rule 50"]
    assert names(html(page, "/rules/?page=99")) == ["Rule 50"]


def test_no_inline_script_or_style(page: Client, rule: Rule) -> None:
    for path in ("/rules/", f"/rules/{rule.public_id}/", f"/rules/{rule.public_id}/?tab=versions"):
        assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", html(page, path)), path


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0"), (9_999, "9,999"), (12_345, "12.3k"), (123_456, "123k"), (999_700, "1.00M")]
)
def test_large_counts_are_said_short(count: int, said: str) -> None:
    assert short_count(count) == said
