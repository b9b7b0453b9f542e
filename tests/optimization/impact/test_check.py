"""The look half an hour after: every odd thing is named, and what cannot be known is never called fine."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from metaads.models import Ad, AdSet
from optimization.dispatch.look import Seen
from optimization.impact import check as checking
from optimization.impact.check import PATIENCE, check
from optimization.models import Action, Effect, Status
from tests.factories.intelligence import reading
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW as THEN
from tests.factories.optimization import pause_action
from tests.optimization.conftest import NOW, Meta

HALF_AN_HOUR = timedelta(minutes=31)
See = Callable[..., None]


def done(ad_set: AdSet, **columns: Any) -> Action:
    return pause_action(ad_set, **{"status": Status.EXECUTED, "executed_at": NOW, "currency": "EUR", **columns})


@pytest.fixture
def see(monkeypatch: pytest.MonkeyPatch) -> See:
    """Makes the look at Meta find this of the one object."""

    def given(field: str, there: bool | None, value: object, delivery: str) -> None:
        monkeypatch.setattr(checking, "look", lambda _: [Seen("21", field, there, value, delivery)])

    return given


@pytest.mark.django_db(transaction=True)
def test_a_budget_that_somebody_changed_since_is_odd_and_said_as_money(meta: Meta, ad_set: AdSet) -> None:
    before = meta.budget(ad_set.meta_id)
    told = {"kind": "increase_budget", "field": "daily_budget", "value_before": before, "value_final": before}
    action = done(ad_set, value_wanted=before, **told)
    fine = check(action, NOW + HALF_AN_HOUR)
    assert fine is not None
    assert (fine.verdict, fine.note) == (Effect.TOOK, "Meta shows what was set.")
    meta.edit(ad_set.meta_id, 43_210)
    odd = check(action, NOW + HALF_AN_HOUR)
    assert odd is not None
    assert (odd.verdict, odd.note) == (Effect.ODD, "Meta shows 432.10 EUR a day and not what was set.")


@pytest.mark.django_db(transaction=True)
def test_what_is_on_below_a_paused_campaign_does_not_run(meta: Meta, ad_set: AdSet) -> None:
    action = done(ad_set, kind="activate", value_before="PAUSED", value_wanted="ACTIVE", value_final="ACTIVE")
    campaigns = meta.app.api.world.accounts[0].campaigns
    next(one for one in campaigns if one.id == ad_set.campaign.meta_id).status = "PAUSED"
    found = check(action, NOW + HALF_AN_HOUR)
    assert found is not None
    assert found.verdict == Effect.ODD
    assert found.note == "It is on, yet it does not run: Meta calls its delivery campaign paused."


@pytest.mark.django_db(transaction=True)
def test_an_ad_that_meta_rejected_is_odd(meta: Meta, ad_set: AdSet) -> None:
    ad = Ad.objects.filter(account=meta.account, status="ACTIVE", ad_set__status="ACTIVE").order_by("pk")[0]
    node = next(one for one in meta.app.api.world.accounts[0].ads if one.id == ad.meta_id)
    node.review, node.review_until = "DISAPPROVED", 0
    told = {"kind": "activate", "value_before": "PAUSED", "value_wanted": "ACTIVE", "value_final": "ACTIVE"}
    found = check(done(ad_set, level="ad", entity_id=ad.meta_id, **told), NOW + HALF_AN_HOUR)
    assert found is not None
    assert (found.verdict, found.note) == (Effect.ODD, "Meta has rejected the ad.")


@pytest.mark.django_db(transaction=True)
def test_while_meta_cannot_be_read_it_waits_and_then_says_so(meta: Meta, ad_set: AdSet) -> None:
    action = done(ad_set)
    meta.control.fault("expired", count=1000)
    assert check(action, NOW + HALF_AN_HOUR) is None
    late = check(action, NOW + PATIENCE + HALF_AN_HOUR)
    assert late is not None
    assert late.verdict == Effect.UNKNOWN
    assert late.note.startswith("Meta could not be read: ")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        ("WITH_ISSUES", "Meta reports a delivery error."),
        ("PENDING_BILLING_INFO", "Meta waits for billing information."),
        ("ACCOUNT_PAUSED", "The ad account is paused."),
    ],
)
def test_each_trouble_of_delivery_has_its_words(see: See, delivery: str, words: str) -> None:
    see("daily_budget", True, 9_000, delivery)
    told = {"kind": "increase_budget", "field": "daily_budget", "value_before": 8_000, "value_final": 9_000}
    found = check(done(AdSetFactory.create(), value_wanted=9_000, **told), NOW + HALF_AN_HOUR)
    assert found is not None
    assert (found.verdict, found.note) == (Effect.ODD, words)


@pytest.mark.django_db
def test_a_pause_that_meta_still_delivers_is_odd(see: See) -> None:
    see("status", True, "PAUSED", "ACTIVE")
    found = check(done(AdSetFactory.create()), NOW + HALF_AN_HOUR)
    assert found is not None
    assert (found.verdict, found.note) == (Effect.ODD, "It is paused, yet Meta calls its delivery active.")


@pytest.mark.django_db
def test_a_pause_that_did_not_take_names_what_meta_shows(see: See) -> None:
    see("status", False, "ACTIVE", "ACTIVE")
    found = check(done(AdSetFactory.create()), NOW + HALF_AN_HOUR)
    assert found is not None
    assert (found.verdict, found.note) == (Effect.ODD, "Meta shows Active and not what was set.")


@pytest.mark.django_db
def test_a_value_that_meta_does_not_tell_is_unknown_and_not_fine(see: See) -> None:
    see("status", None, None, "PAUSED")
    found = check(done(AdSetFactory.create()), NOW + HALF_AN_HOUR)
    assert found is not None
    assert (found.verdict, found.note) == (Effect.UNKNOWN, "Meta did not tell the present value.")


@pytest.mark.django_db
@pytest.mark.parametrize(("later", "verdict"), [(50.0, Effect.TOOK), (53.5, Effect.ODD)])
def test_spend_after_a_pause_is_odd_and_what_came_before_it_is_not(see: See, later: float, verdict: Effect) -> None:
    see("status", True, "PAUSED", "PAUSED")
    ad_set: AdSet = AdSetFactory.create()
    account, day = ad_set.account, THEN.astimezone(ad_set.account.zone).date()
    for minutes, spend in ((-5, 40.0), (25, 50.0), (55, later)):
        reading(account, "adset", day, THEN + timedelta(minutes=minutes), {ad_set.meta_id: {"spend": spend}})
    found = check(done(ad_set, executed_at=THEN), THEN + timedelta(hours=1))
    assert found is not None
    assert found.verdict == verdict
    assert ("still spends" in found.note) is (verdict == Effect.ODD)
