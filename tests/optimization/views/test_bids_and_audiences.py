"""Pages that show actions say bids and audiences in words, and none breaks on a value of several parts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from metaads.bids import AUTOMATIC, COST_CAP, ad_set_bid
from metaads.models import AdSet
from optimization.models import Action, Status
from optimization.queue.effect import effect_of
from optimization.rules.shadow import record_of
from tests.factories.optimization import NOW, budget_action, make_rule, version_of
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
PEOPLE = {"age_min": 18, "age_max": 65, "geo_locations": {"countries": ["DE"]}}
VALUES: list[tuple[str, str, Any, Any, str]] = [
    (
        "adjust_bid",
        "bid",
        ad_set_bid(COST_CAP, 1_200, None),
        ad_set_bid(COST_CAP, 900, None),
        "cost cap 12.00 EUR → 9.00",
    ),
    ("set_bid_strategy", "bid", ad_set_bid(COST_CAP, 1_200, None), ad_set_bid(AUTOMATIC, None, None), "highest volume"),
    ("adjust_audience", "targeting", PEOPLE, {**PEOPLE, "age_min": 25, "age_max": 54}, "Age 18–65+ → 25–54"),
]


@pytest.fixture(params=VALUES, ids=[kind for kind, *_ in VALUES])
def shown(request: pytest.FixtureRequest, local_ad_set: AdSet) -> tuple[Action, str]:
    kind, field, before, after, words = request.param
    values = {"kind": kind, "field": field, "value_before": before, "value_wanted": after, "value_final": after}
    return budget_action(local_ad_set, **values, at_stake=7_000), words


def test_queue_case_and_timeline_say_what_changes(
    shown: tuple[Action, str], client: Client, member: Callable[..., User]
) -> None:
    action, words = shown
    client.force_login(member(action.account))
    for url in (reverse("actions"), reverse("action", args=[action.public_id]), reverse("actions-timeline")):
        answer = client.get(url)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "bid_strategy&" not in text
        assert "{&#x27;" not in text, f"{url} shows a value as a program holds it"
    assert words in client.get(reverse("action", args=[action.public_id])).content.decode()


def test_the_file_of_the_queue_has_the_words_too(
    shown: tuple[Action, str], client: Client, member: Callable[..., User]
) -> None:
    action, _ = shown
    client.force_login(member(action.account))
    answer = client.get(reverse("actions"), {"csv": "actions"})
    text = answer.content.decode("utf-8-sig")
    assert action.entity_name in text
    assert "{'" not in text


def test_in_bulk_it_is_counted_apart_for_its_money_cannot_be_told(shown: tuple[Action, str]) -> None:
    action, _ = shown
    [effect] = effect_of([action], {action.account_id: NOW})
    assert (effect.net, effect.other) == (0, 1)


def test_what_was_only_suggested_keeps_its_record(shown: tuple[Action, str]) -> None:
    action, _ = shown
    rule = make_rule(action.account, leaf("spend_7d", ">", 5), mode="suggestion_only")
    Action.objects.filter(pk=action.pk).update(rule_version=version_of(rule), status=Status.SUGGESTED)
    [record] = record_of(rule, NOW + timedelta(days=1))
    assert len(record.suggestions) == 1
