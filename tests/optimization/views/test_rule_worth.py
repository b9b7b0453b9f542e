"""A rule's page shows what its trials have found: roll-out, hold-out, and the record of what it only suggested."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from metaads.models import AdAccount, AdSet
from optimization.models import HoldoutDraw, Rule, Status
from optimization.trial.rollout import Rollout
from optimization.views.rule_worth import more_text
from tests.factories.intelligence import reading
from tests.factories.metaads import AdSetFactory, CampaignFactory
from tests.factories.optimization import make_rule, pause_action, version_of
from tests.optimization.rules.build import leaf
from tests.optimization.rules.test_shadow import sales
from tests.optimization.views.test_campaigns import html

pytestmark = pytest.mark.django_db
SPENDS = leaf("spend_7d", ">", 50)
NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)


def page_of(page: Client, rule: Rule) -> str:
    with time_machine.travel(NOW, tick=False):
        return html(page, f"/rules/{rule.public_id}/")


def test_an_automatic_rule_says_its_share_and_what_suggest_mode_does(page: Client, euro: AdAccount) -> None:
    text = page_of(page, make_rule(euro, SPENDS, mode="automatic"))
    assert "on 10 % of its matches, always the same ones." in text
    assert "An account in suggest mode keeps everything for a person." in text
    assert "nothing that it did alone is measured yet, so 50 % or 100 % is not offered" in text


def test_what_it_did_alone_speaks_for_a_larger_share_or_against_it() -> None:
    assert "9 changes that it made alone 3 were better, 2 worse, 4 cannot be told; 10 must be" in more_text(
        Rollout(10, (50, 100), 3, 2, 4)
    )
    assert more_text(Rollout(10, (50, 100), 3, 2, 5)).endswith(
        "it may act alone on 50 %; a manager may set it by editing the rule"
    )
    assert "more were worse than better, so 100 % is not offered" in more_text(Rollout(50, (100,), 2, 3, 5))


def test_the_builder_and_the_list_say_too_what_suggest_mode_does_to_an_automatic_rule(
    page: Client, euro: AdAccount
) -> None:
    make_rule(euro, SPENDS, mode="automatic")
    for path in ("/rules/new/", "/rules/"):
        assert "An account in suggest mode keeps everything for a person." in html(page, path), path


def test_a_held_out_share_is_counted(page: Client, euro: AdAccount) -> None:
    rule = make_rule(euro, SPENDS, holdout_percent=10)
    HoldoutDraw.objects.create(
        rule_version=version_of(rule), account=euro, level="adset", entity_id="1",
        since=NOW, until=NOW + timedelta(days=7), held=True, propensity=0.1,
    )  # fmt: skip
    assert "1 of 1 episodes were held out" in page_of(page, rule)


def test_a_rule_that_only_suggests_shows_how_it_would_have_done(page: Client, euro: AdAccount) -> None:
    rule = make_rule(euro, SPENDS, mode="suggestion_only")
    assert "there is no record yet" in page_of(page, rule)
    ad_set: AdSet = AdSetFactory.create(campaign=CampaignFactory.create(account=euro), account=euro)
    day = date(2026, 11, 12)
    reading(euro, "adset", day, NOW - timedelta(days=2), {ad_set.meta_id: sales(20, 0)})
    at = datetime(2026, 11, 11, 23, tzinfo=UTC)
    pause_action(ad_set, rule_version=version_of(rule), status=Status.SUGGESTED, proposed_at=at)
    text = page_of(page, rule)
    assert "1 in 30 days: 1 right, 0 wrong, 0 not judged." in text
    assert "Had all been followed: 20.00 EUR less spent, 0.0 fewer conversions." in text


def test_a_plain_rule_has_nothing_to_show(page: Client, euro: AdAccount) -> None:
    assert "Tried so far" not in page_of(page, make_rule(euro, SPENDS))
