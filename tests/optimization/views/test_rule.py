"""/rules/<id>/: what it says, its versions with what changed, and why it did or did not fire."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from metaads.models import AdAccount, AdSet, Role
from optimization.cycle import run_cycle
from optimization.models import Rule, RuleVersion
from optimization.rules.services import save_rule
from tests.factories.metaads import AdAccountFactory, AdSetFactory, CampaignFactory, MembershipFactory
from tests.factories.optimization import NOW, keep_frame, make_rule
from tests.optimization.rules.build import document, leaf
from tests.optimization.rules.test_why import look
from tests.optimization.views.conftest import MakeAction, signed_in
from tests.optimization.views.test_campaigns import html

QUERIES = {"overview": 24, "matches": 40, "backtest": 24, "simulate": 21, "why": 29, "versions": 21}
"""Committed baselines, however long the rule's story is."""
TREE = {"all": [leaf("spend_7d", ">", 50), {"any": [leaf("conversions_7d", "=", 0), leaf("cpa_7d", ">", 90)]}]}


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rule(euro: AdAccount) -> Rule:
    return make_rule(euro, TREE, filters={"name_contains": "Summer"}, safety={"cooldown_hours": 12})


def path(rule: Rule, query: str = "") -> str:
    return f"/rules/{rule.public_id}/{query}"


def test_the_page_says_the_rule_as_a_nested_list_with_its_limits(page: Client, rule: Rule) -> None:
    text = html(page, path(rule))
    for said in (
        "All of these",
        "Spend in the last 7 days is over 50.00 EUR",
        "At least one of these",
        "CPA in the last 7 days is over 90.00 EUR",
        "the name contains “Summer”",
        "12 h between two changes of one entity",
        "Asks first",
        "It has proposed nothing yet.",
    ):
        assert said in text, said
    assert text.index("At least one of these") < text.index("CPA in the last 7 days is over 90.00 EUR")


def test_proposals_of_the_rule_are_listed_only_from_accounts_of_the_user(
    page: Client, rule: Rule, euro: AdAccount, yen: AdAccount, make_action: MakeAction
) -> None:
    mine = make_action(euro, rule_version=rule.current)
    other = make_action(yen, rule_version=rule.current)
    text = html(page, path(rule))
    assert f"/actions/{mine.public_id}/" in text
    assert f"/actions/{other.public_id}/" not in text
    rows = list(csv.DictReader(StringIO(page.get(path(rule, "?csv=actions")).content.decode("utf-8-sig"))))
    assert len(rows) == 1


def test_a_stored_text_that_cannot_be_read_is_shown_as_it_is(page: Client, rule: Rule) -> None:
    RuleVersion.objects.filter(rule=rule).update(document={"conditions": {"field": "spendings"}})
    text = html(page, path(rule))
    assert "cannot be read by this version of the product" in text
    assert "spendings" in text


def test_versions_say_what_changed_in_words(page: Client, manager: User, rule: Rule) -> None:
    more = document(
        {"all": [leaf("spend_7d", ">", 80), {"any": [leaf("conversions_7d", "=", 0), leaf("cpa_7d", ">", 90)]}]},
        filters={"name_contains": "Summer"},
        mode="suggestion_only",
    )
    save_rule(rule, more, manager, NOW)
    text = html(page, path(rule, "?tab=versions"))
    assert "Version 1 to 2" in text
    gone = [line.partition("</li>")[0] for line in text.split('class="diff-gone')[1:]]
    added = [line.partition("</li>")[0] for line in text.split('class="diff-added')[1:]]
    assert ["is over 50.00 EUR" in gone[0], "Mode: asks first" in gone[1], "Cooldown" in gone[2]] == [True] * 3
    assert ["is over 80.00 EUR" in added[0], "Mode: suggests only" in added[1]] == [True] * 2
    assert "At least one of these" in text.partition('class="diff-kept')[2]
    assert "marta" in text


def test_any_two_versions_are_compared_older_first(page: Client, rule: Rule) -> None:
    for amount in (80, 90):
        save_rule(rule, document(leaf("spend_7d", ">", amount)), None, NOW)
    text = html(page, path(rule, "?tab=versions&from=3&to=1"))
    assert "Version 1 to 3" in text
    assert "Version 2 to 3" in html(page, path(rule, "?tab=versions&from=odd&to=9999"))


def test_an_earlier_version_is_put_back_as_a_new_one(page: Client, rule: Rule) -> None:
    save_rule(rule, document(leaf("spend_7d", ">", 80)), None, NOW)
    answer = page.post(path(rule, "versions/1/restore/"))
    assert answer.headers["Location"] == path(rule, "?tab=versions")
    rule.refresh_from_db()
    assert rule.current is not None
    assert (rule.current.number, rule.current.document["conditions"]) == (3, TREE)
    assert page.post(path(rule, "versions/77/restore/")).status_code == 404


def test_archiving_hides_and_taking_out_brings_back(page: Client, rule: Rule) -> None:
    assert page.post(path(rule, "archive/")).headers["Location"] == "/rules/"
    assert "Stop loss" not in html(page, "/rules/").partition("<thead>")[2]
    assert "Archived" in html(page, path(rule))
    page.post(path(rule, "archive/"), {"do": "restore"})
    rule.refresh_from_db()
    assert (rule.archived_at, rule.active) == (None, False)


def test_a_copy_opens_and_is_off(page: Client, rule: Rule) -> None:
    answer = page.post(path(rule, "copy/"))
    copy = Rule.objects.exclude(pk=rule.pk).get()
    assert answer.headers["Location"] == path(copy)
    assert "a copy of Stop loss, still off" in html(page, path(copy))


def test_a_viewer_gets_no_button_that_changes(viewer: User, rule: Rule) -> None:
    save_rule(rule, document(leaf("spend_7d", ">", 80)), None, NOW)
    for tab in ("overview", "versions"):
        text = html(signed_in(viewer), path(rule, f"?tab={tab}"))
        assert not [verb for verb in ("/archive/", "/copy/", "/restore/", "/switch/") if verb in text], tab


def ad_set(account: AdAccount, meta_id: str, name: str) -> None:
    AdSetFactory.create(campaign=CampaignFactory.create(account=account), meta_id=meta_id, name=name)


def test_a_check_is_found_by_name_with_its_figures_and_the_nearest_miss(page: Client, euro: AdAccount) -> None:
    rule = make_rule(euro, leaf("spend_7d", ">", 50))
    ad_set(euro, "31", "Summer sale")
    look(euro, [rule], NOW - timedelta(hours=1), _31=40, _32=60)
    text = html(page, path(rule, "?tab=why&entity=summer"))
    for said in ("Did not match", "40.00 EUR", "against 50.00 EUR", "would hold if it rose by", "1 check"):
        assert said in text, said
    assert 'href="/adsets/31/"' in text


def test_looks_in_a_row_that_ended_alike_are_one_line_and_each_can_be_opened(page: Client, euro: AdAccount) -> None:
    rule = make_rule(euro, leaf("spend_7d", ">", 50))
    for hours, spent in ((5, 60), (4, 40), (3, 41), (2, 42), (1, 60)):
        look(euro, [rule], NOW - timedelta(hours=hours), _31=spent)
    text = html(page, path(rule, "?tab=why&entity=31"))
    assert text.count("<b>Matched</b>") == 2
    assert text.count("<b>Did not match</b>") == 1
    assert "3 checks, version 1" in text
    at = (NOW - timedelta(hours=3)).isoformat().replace("+", "%2B")
    assert "41.00 EUR" in html(page, path(rule, f"?tab=why&entity=31&at={at}"))


def test_what_held_a_match_back_is_said(page: Client, euro: AdAccount) -> None:
    rule = make_rule(euro, leaf("spend_7d", ">", 50))
    look(euro, [rule], NOW - timedelta(hours=1), {"31": ("skipped", "Cooldown: changed 2.0 h ago.")}, _31=60)
    text = html(page, path(rule, "?tab=why&entity=31"))
    assert "Matched, held back" in text
    assert "Cooldown: changed 2.0 h ago." in text


def test_a_search_is_bound_to_its_time_and_result(page: Client, euro: AdAccount) -> None:
    rule = make_rule(euro, leaf("spend_7d", ">", 50))
    look(euro, [rule], NOW - timedelta(days=5), _31=60)
    look(euro, [rule], NOW - timedelta(hours=1), _31=40)
    local = (NOW - timedelta(days=6)).astimezone(euro.zone)
    assert "<b>Matched</b>" not in html(page, path(rule, "?tab=why&entity=31"))
    since = f"since={local:%Y-%m-%dT%H:%M}"
    assert "<b>Matched</b>" in html(page, path(rule, f"?tab=why&entity=31&{since}"))
    assert "<b>Matched</b>" not in html(page, path(rule, f"?tab=why&entity=31&{since}&result=not_matched"))
    rows = list(csv.DictReader(StringIO(
        page.get(path(rule, f"?tab=why&entity=31&{since}&csv=checks")).content.decode("utf-8-sig")
    )))  # fmt: skip
    assert [row["Result"] for row in rows] == ["Did not match", "Matched"]


def test_the_file_of_a_search_by_name_is_that_of_the_page(page: Client, euro: AdAccount) -> None:
    found: AdSet = AdSetFactory.create(campaign__account=euro, account=euro, meta_id="31", name="Broad 18-34")
    rule = make_rule(euro, leaf("spend_7d", ">", 50))
    look(euro, [rule], NOW - timedelta(hours=1), _31=60)
    asked = "?tab=why&entity=broad"
    assert "<b>Matched</b>" in html(page, path(rule, asked))
    answer = page.get(path(rule, f"{asked}&csv=checks"))
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Result"], row["Meta id"]) for row in rows] == [("Matched", found.meta_id)]


def test_a_condition_says_amounts_in_the_account_s_currency(page: Client, manager: User, yen: AdAccount) -> None:
    MembershipFactory.create(user=manager, account=yen, role=Role.VIEWER)
    rule = make_rule(yen, leaf("spend_7d", ">", 8000))
    look(yen, [rule], NOW - timedelta(hours=1), _31=9000)
    text = html(page, path(rule, "?tab=why&entity=31"))
    assert "spend in the last 7 days is over 8,000 JPY" in text
    assert "8,000.00" not in text


def test_a_name_that_fits_several_asks_which_one(page: Client, euro: AdAccount) -> None:
    rule = make_rule(euro, leaf("spend_7d", ">", 50))
    for meta_id in ("31", "32"):
        ad_set(euro, meta_id, f"Summer {meta_id}")
    text = html(page, path(rule, "?tab=why&entity=Summer"))
    assert "Which one?" in text
    assert "entity=31" in text
    assert "entity=32" in text


def test_an_odd_time_is_named_and_an_unknown_entity_explained(page: Client, euro: AdAccount) -> None:
    rule = make_rule(euro, leaf("spend_7d", ">", 50))
    text = html(page, path(rule, "?tab=why&entity=9999&since=yesterday"))
    assert "“yesterday” is no time" in text
    assert "No ad set of Northwind has this name or id." in text


def test_checks_of_an_account_that_the_user_does_not_see_stay_hidden(
    page: Client, euro: AdAccount, yen: AdAccount
) -> None:
    rule = make_rule(euro, leaf("spend_7d", ">", 50))
    rule.accounts.add(yen)
    look(yen, [rule], NOW - timedelta(hours=1), _31=60)
    text = html(page, path(rule, f"?tab=why&entity=31&in={yen.pk}"))
    assert "<b>Matched</b>" not in text
    assert "Kanto" not in text


def test_a_rule_of_several_accounts_lets_one_choose(page: Client, manager: User, rule: Rule, yen: AdAccount) -> None:
    rule.accounts.add(yen)
    MembershipFactory.create(user=manager, account=yen, role=Role.MANAGER)
    text = html(page, path(rule, f"?tab=why&in={yen.pk}"))
    assert f'<option value="{yen.pk}" selected>Kanto</option>' in text


@pytest.mark.parametrize("tab", list(QUERIES))
def test_the_number_of_queries_does_not_grow(
    tab: str, page: Client, rule: Rule, euro: AdAccount, make_action: MakeAction
) -> None:
    html(page, path(rule))
    counts = []
    for turn in range(2):
        for i in range(4):
            make_action(euro, rule_version=rule.current)
            save_rule(rule, document(leaf("spend_7d", ">", 100 * turn + i + 1)), None, NOW)
            look(euro, [rule], NOW - timedelta(hours=10 * turn + i), _31=60 * turn + i)
        with CaptureQueriesContext(connection) as asked:
            html(page, path(rule, f"?tab={tab}&entity=31"))
        counts.append(len(asked))
    assert counts[0] >= counts[1]
    assert counts[1] <= QUERIES[tab]


def test_a_rule_without_accounts_acts_where_its_owner_decides(page: Client, manager: User, euro: AdAccount) -> None:
    made = make_rule(None, leaf("spend_7d", ">", 50))
    made.owner = manager
    made.save()
    AdAccountFactory.create()
    assert "All where you decide" in html(page, path(made))
    assert f'name="in" value="{euro.pk}"' in html(page, path(made, "?tab=why"))


def test_rules_that_can_work_against_each_other_are_named(page: Client, euro: AdAccount) -> None:
    lower = make_rule(euro, leaf("spend_7d", ">", 50), {"kind": "decrease_budget", "parameters": {"percent": 20}})
    scale = {"kind": "increase_budget", "parameters": {"percent": 20}}
    other = make_rule(euro, leaf("roas_7d", ">", 2), scale, name="Scale winners")
    text = html(page, path(lower))
    assert "Rules that it can work against" in text
    assert f'href="{path(other)}"' in text


def test_a_first_look_is_said_with_what_it_would_have_done(
    page: Client, manager: User, euro: AdAccount, rule: Rule
) -> None:
    ad_set(euro, "31", "Summer sale")
    made = Rule.objects.create(name="New", category="scaling", level="adset", owner=manager)
    made.accounts.add(euro)
    save_rule(made, document(leaf("spend_7d", ">", 50)), None, NOW)
    page.post(path(made, "switch/"), {"active": "1"})
    text = html(page, path(made))
    assert "Its first look runs dry: its page shows" in text
    assert "Runs dry" in text
    assert "Runs dry" in html(page, "/rules/?state=dry")
    keep_frame(euro, "adset", {"ids": ["31"], "name": ["Summer sale"], "spend_7d": [70.0], "status": ["ACTIVE"]})
    run_cycle(euro, NOW)
    text = html(page, path(made))
    assert "It looked at 1 and matched 1." in text
    assert "First look at Northwind, dry" in text
    assert 'href="/adsets/31/"' in text
    assert "Active" in text
    assert "Runs dry" not in text
