"""Changing and locking an object from its page: nothing without the review, and what is wrong stands where it is."""

import dataclasses
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from intelligence.models import Freshness
from metaads.models import Ad, AdAccount
from notifications.models import Notification, WebhookCall
from optimization.models import Action, EntityLock, LedgerEvent, Status
from tests.factories.metaads import AdFactory
from tests.optimization.views.conftest import MakeAction, signed_in


@pytest.fixture
def ad(euro: AdAccount) -> Ad:
    for level in ("campaign", "adset", "ad"):
        Freshness.objects.create(account=euro, level=level, read_at=timezone.now() - timedelta(minutes=4))
    made: Ad = AdFactory.create(ad_set__campaign__account=euro, ad_set__name="Visitors")
    return made


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def door(ad: Ad, what: str = "change") -> str:
    return f"/entities/adset/{ad.ad_set.meta_id}/{what}/"


def seen_in(text: str) -> str:
    return text.partition('name="seen" value="')[2].partition('"')[0]


def test_the_page_of_an_object_offers_what_can_be_done_and_not_what_it_is_already(page: Client, ad: Ad) -> None:
    text = html(page, f"/adsets/{ad.ad_set.meta_id}/")
    assert f"{door(ad)}?kind=pause" in text
    assert f"{door(ad)}?kind=activate" not in text
    assert "Until the end of" in text


def test_a_viewer_is_offered_nothing(viewer: User, ad: Ad) -> None:
    text = html(signed_in(viewer), f"/adsets/{ad.ad_set.meta_id}/")
    assert "?kind=pause" not in text
    assert door(ad, "lock") not in text


def test_what_needs_no_figures_is_reviewed_at_once_and_nothing_has_happened(page: Client, ad: Ad) -> None:
    text = html(page, f"{door(ad)}?kind=pause")
    assert "nothing has happened yet" in text
    assert "Active" in text
    assert "Paused" in text
    assert not Action.objects.exists()


def test_a_budget_is_asked_for_first_and_commas_are_read_as_people_mean_them(page: Client, ad: Ad) -> None:
    assert "nothing has happened yet" not in html(page, f"{door(ad)}?kind=set_budget")
    text = html(page, f"{door(ad)}?kind=set_budget&review=1&p.amount=110,50")
    assert "110.50 EUR a day" in text
    assert "1,110.50 EUR a day" in html(page, f"{door(ad)}?kind=set_budget&review=1&p.amount=1,110.50")


def test_a_wrong_figure_is_told_at_its_field_and_kept(page: Client, ad: Ad) -> None:
    text = html(page, f"{door(ad)}?kind=increase_budget&review=1&p.percent=7000")
    assert "outside 0 to 1000" in text
    assert 'value="7000"' in text
    assert "nothing has happened yet" not in text


def test_doing_it_leads_to_the_action(page: Client, manager: User, ad: Ad) -> None:
    text = html(page, f"{door(ad)}?kind=pause")
    said = {"kind": "pause", "seen": seen_in(text), "reason": "Sold out", "timed": "today"}
    answer = page.post(door(ad), said)
    action = Action.objects.get()
    assert answer.headers["Location"] == f"/actions/{action.public_id}/"
    assert (action.status, action.proposed_by, action.timed) == (Status.APPROVED, manager, {"hours": None})
    case = html(page, f"/actions/{action.public_id}/")
    assert "for today only" in case
    assert "Sold out" in case


def test_a_double_click_makes_one_copy_and_a_form_without_its_token_is_led_to_it(page: Client, ad: Ad) -> None:
    text = html(page, f"{door(ad)}?kind=duplicate&review=1")
    once = text.partition('name="once" value="')[2].partition('"')[0]
    assert len(once) > 20
    said = {"kind": "duplicate", "seen": seen_in(text), "reason": "More of it", "override_reason": "asked"}
    answers = [page.post(door(ad), {**said, "once": once}) for _ in range(2)]
    action = Action.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {f"/actions/{action.public_id}/"}
    refused = page.post(door(ad), said)
    assert refused.status_code == 422
    assert f'href="/actions/{action.public_id}/">Look at it</a>' in refused.content.decode()
    assert Action.objects.get() == action


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "say why, in a word or two"),
        ({"timed": "hours", "hours": "some"}, "Give whole hours"),
        ({"timed": "hours", "hours": "0"}, "Give whole hours"),
        ({"seen": "another"}, "do something else by now"),
    ],
)
def test_what_is_wrong_stands_on_the_page_with_all_that_was_typed(
    page: Client, ad: Ad, changes: dict[str, str], words: str
) -> None:
    seen = seen_in(html(page, f"{door(ad)}?kind=pause"))
    answer = page.post(door(ad), {"kind": "pause", "seen": seen, "reason": "Sold out today", **changes})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert "nothing has happened yet" in text
    assert ("Sold out today" in text) == ("reason" not in changes)
    assert not Action.objects.exists()


def test_what_rails_advise_against_asks_for_a_reason_of_its_own(page: Client, ad: Ad) -> None:
    text = html(page, f"{door(ad)}?kind=increase_budget&review=1&p.percent=70")
    assert "advises against" in text
    assert "Why all the same" in text
    said = {"kind": "increase_budget", "p.percent": "70", "seen": seen_in(text), "reason": "Sale"}
    assert page.post(door(ad), said).status_code == 422
    assert page.post(door(ad), {**said, "override_reason": "Starts tonight"}).status_code == 302
    assert Action.objects.get().overridden[0]["why"] == "Starts tonight"


def test_an_object_that_changed_since_the_review_is_looked_at_again(page: Client, ad: Ad) -> None:
    seen = seen_in(html(page, f"{door(ad)}?kind=increase_budget&review=1&p.percent=10"))
    ad.ad_set.daily_budget = 20_000
    ad.ad_set.save()
    said = {"kind": "increase_budget", "p.percent": "10", "seen": seen, "reason": "Sale"}
    answer = page.post(door(ad), said)
    assert answer.status_code == 422
    assert "220.00 EUR a day" in answer.content.decode()
    assert not Action.objects.exists()


def test_a_lock_is_set_shown_and_released(page: Client, ad: Ad) -> None:
    page.post(door(ad, "lock"), {"reason": "Launch week", "until": "2099-12-24"})
    held = EntityLock.objects.get()
    assert held.until is not None
    assert held.until.astimezone(ad.account.zone).isoformat().startswith("2099-12-24T23:59:59")
    words = "Locked against automation by marta until 24 Dec, 23:59 CET: Launch week"
    for path in (f"/adsets/{ad.ad_set.meta_id}/", f"/campaigns/{ad.campaign.meta_id}/", door(ad)):
        assert words in html(page, path), path
    assert "Locked with its ad set Visitors against automation" in html(page, f"/ads/{ad.meta_id}/")
    page.post(door(ad, "release"))
    held.refresh_from_db()
    assert held.released_at is not None
    assert words not in html(page, f"/adsets/{ad.ad_set.meta_id}/")
    assert LedgerEvent.objects.filter(kind="entity_locked").count() == 2


@pytest.mark.parametrize(
    ("said", "words"), [({"reason": ""}, "reason: say why"), ({"reason": "x", "until": "soon"}, "is no date")]
)
def test_a_lock_without_reason_or_with_an_odd_date_is_refused(
    page: Client, ad: Ad, said: dict[str, str], words: str
) -> None:
    answer = page.post(door(ad, "lock"), said, follow=True)
    assert words in answer.content.decode()
    assert not EntityLock.objects.exists()


def test_an_account_lock_stands_on_the_page_of_all_in_it(page: Client, ad: Ad) -> None:
    page.post(f"/entities/account/{ad.account.meta_id}/lock/", {"reason": "Handover"})
    assert "Locked with its account against automation" in html(page, f"/ads/{ad.meta_id}/")


def test_tags_and_notes_of_an_action_are_kept_with_what_stood_before(
    page: Client, ad: Ad, make_action: MakeAction
) -> None:
    action = make_action(ad.account, status=Status.EXECUTED)
    door = f"/actions/{action.public_id}/note/"
    page.post(door, {"tags": "Sale, b2b", "notes": "Asked the client."})
    action.refresh_from_db()
    assert (action.tags, action.notes) == (["b2b", "sale"], "Asked the client.")
    assert "Asked the client." in html(page, f"/actions/{action.public_id}/")
    answer = page.post(door, {"tags": "a|b", "notes": "Other"})
    assert answer.status_code == 409
    assert "tags:" in answer.content.decode()
    page.post(door, {"tags": "sale", "notes": "Asked the client."})
    events = LedgerEvent.objects.filter(kind="optimization_annotated").order_by("number")
    assert [event.payload["before"] for event in events] == [
        {"tags": [], "notes": ""},
        {"tags": ["b2b", "sale"]},
    ]


def test_others_are_told_at_once_and_nothing_is_proposed(page: Client, ad: Ad) -> None:
    assert "Nothing changes at Meta." in html(page, f"{door(ad)}?kind=notify_only")
    sent = {"kind": "notify_only", "p.message": "Stock runs out on Friday", "reason": "asked by the shop"}
    assert page.post(door(ad), sent).status_code == 302
    told, event = Notification.objects.get(), LedgerEvent.objects.get(kind="told_by_hand")
    assert (told.body, told.title) == (
        "Stock runs out on Friday",
        f"{User.objects.get(pk=event.user_id or 0)} on {ad.ad_set.name}",
    )
    assert event.payload["reason"] == "asked by the shop"
    assert not Action.objects.exists()


def test_an_address_is_called_by_hand_only_where_hosts_allow_it(page: Client, ad: Ad, settings: Settings) -> None:
    sent = {"kind": "call_webhook", "p.url": "https://127.0.0.1/ads", "reason": "try the hook"}
    refused = page.post(door(ad), sent)
    assert refused.status_code == 422
    assert "is not among WEBHOOK_HOSTS" in refused.content.decode()
    settings.WEBHOOKS = dataclasses.replace(settings.WEBHOOKS, hosts=("127.0.0.1",), private=True)
    assert page.post(door(ad), sent | {"p.secret": "nobody"}).status_code == 422
    assert not WebhookCall.objects.exists()
    assert page.post(door(ad), sent).status_code == 302
    call = WebhookCall.objects.get()
    assert (call.url, call.payload["entity"]["id"]) == ("https://127.0.0.1/ads", ad.ad_set.meta_id)


def test_telling_needs_a_reason_and_what_was_typed_stays(page: Client, ad: Ad) -> None:
    answer = page.post(door(ad), {"kind": "notify_only", "p.message": "Stock runs out"})
    assert answer.status_code == 422
    assert "Stock runs out" in answer.content.decode()
    assert not Notification.objects.exists()


def test_where_the_budget_lives_elsewhere_it_is_said_and_not_offered(page: Client, ad: Ad) -> None:
    """ABO: the campaign has none. CBO: the ad set has none."""
    ad_set, campaign = ad.ad_set, ad.ad_set.campaign
    abo = f"/campaigns/{campaign.meta_id}/"
    assert "?kind=set_budget" not in html(page, abo)
    assert "each of its ad sets has one (ABO)" in html(page, abo)
    for kind in ("set_budget", "scale_by_target", "adjust_bid"):
        assert f"?kind={kind}" not in html(page, f"/entities/campaign/{campaign.meta_id}/change/"), kind
    assert "?kind=set_budget" in html(page, f"/adsets/{ad_set.meta_id}/")

    type(ad_set).objects.filter(pk=ad_set.pk).update(daily_budget=None)
    type(campaign).objects.filter(pk=campaign.pk).update(daily_budget=9_000)
    assert "?kind=set_budget" in html(page, abo)
    below = html(page, f"/adsets/{ad_set.meta_id}/")
    assert "?kind=set_budget" not in below
    assert f'the campaign&#x27;s (CBO): change that of the campaign, or pause the ad set. <a href="{abo}">' in below
