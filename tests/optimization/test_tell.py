"""Notices of rules that only tell: one a rule, account and day."""

from datetime import timedelta
from typing import Any

import pytest

from metaads.models import AdAccount, AdSet
from notifications.models import Notification
from optimization.cycle import run_cycle
from optimization.models import Action
from tests.factories.metaads import AdFactory, AdSetFactory
from tests.factories.optimization import NOW, keep_frame, make_rule
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
SPENDS = leaf("spend_7d", ">", 50)


@pytest.fixture
def sets() -> list[AdSet]:
    first: AdSet = AdSetFactory.create()
    return [first, *AdSetFactory.create_batch(3, campaign=first.campaign)]


@pytest.fixture
def account(sets: list[AdSet]) -> AdAccount:
    return sets[0].account


@pytest.fixture
def look(sets: list[AdSet], account: AdAccount) -> Any:
    def evaluate(*spent: float, hours: float = 0) -> None:
        now = NOW + timedelta(hours=hours)
        ids, names = [one.meta_id for one in sets], [one.name for one in sets]
        keep_frame(account, "adset", {"ids": ids, "name": names, "spend_7d": list(spent)}, now)
        run_cycle(account, now)

    return evaluate


MESSAGE = {"kind": "notify_only", "parameters": {"message": "have a look"}}


def test_one_notice_a_rule_account_and_day_however_many_match(look: Any, account: AdAccount, sets: list[AdSet]) -> None:
    make_rule(account, SPENDS, MESSAGE, name="Tired")
    look(60, 70, 0, 80)
    look(60, 0, 0, 0, hours=1)
    notice = Notification.objects.get()
    assert (notice.subject, notice.kind, notice.count) == (f"account:{account.pk}", "insight", 2)
    assert (notice.title, notice.body) == ("Tired: 1 ad set", f"Have a look. {sets[0].name}.")
    assert not Action.objects.exists()
    look(60, 0, 0, 0, hours=24)
    assert Notification.objects.count() == 2


def test_many_names_are_cut_to_five(account: AdAccount, sets: list[AdSet]) -> None:
    make_rule(account, SPENDS, MESSAGE, level="ad", name="Tired")
    ads = AdFactory.create_batch(7, ad_set=sets[0])
    names = [ad.name for ad in ads]
    keep_frame(account, "ad", {"ids": [ad.meta_id for ad in ads], "name": names, "spend_7d": [60] * 7})
    run_cycle(account, NOW)
    notice = Notification.objects.get()
    assert notice.title == "Tired: 7 ads"
    assert notice.body.endswith(" and 2 more.")


def test_two_messages_of_one_rule_are_both_told(look: Any, account: AdAccount) -> None:
    more = {"kind": "notify_only", "parameters": {"message": "call Mia"}}
    make_rule(account, SPENDS, MESSAGE, more)
    look(60, 0, 0, 0)
    assert Notification.objects.get().body.startswith("Have a look. Call Mia. ")


def test_a_rule_can_tell_and_change_at_once(look: Any, account: AdAccount) -> None:
    make_rule(account, SPENDS, {"kind": "pause"}, MESSAGE)
    look(60, 0, 0, 0)
    assert (Action.objects.count(), Notification.objects.count()) == (1, 1)
