"""Undo the last hours on its page: what was shown is undone, all of it or nothing, and what is not is told."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from metaads.models import AdAccount, AdSet
from optimization.models import Action, Source, Status
from optimization.queue import reverting
from optimization.queue.errors import AlreadyDecided
from optimization.queue.inverse import Inverse
from optimization.queue.undoing import Cause, put_back
from optimization.views import revert as page_module
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import budget_action

DOOR = "/actions/revert/"


def raised_ad_set(euro: AdAccount, minutes: float = 30, **columns: Any) -> Action:
    """100.00 -> 120.00, half an hour ago."""
    ad_set: AdSet = AdSetFactory.create(campaign__account=euro, daily_budget=10_000, status="ACTIVE", **columns)
    at = timezone.now() - timedelta(minutes=minutes)
    action = budget_action(ad_set, 12_000, status=Status.EXECUTED, executed_at=at, executing_at=at)
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=12_000)
    return action


@pytest.fixture
def raised(euro: AdAccount) -> Action:
    return raised_ad_set(euro)


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def form_of(page: Client, euro: AdAccount, hours: str = "4") -> dict[str, str]:
    """What the confirmation would post."""
    text = html(page, f"{DOOR}?account={euro.pk}&hours={hours}")
    form = text[text.index('<form method="post" class="buttons">') :].partition("</form>")[0]
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}


def undos() -> int:
    return Action.objects.filter(source=Source.UNDO).count()


def test_the_last_hours_are_shown_then_undone_after_one_yes(page: Client, euro: AdAccount, raised: Action) -> None:
    text = html(page, f"{DOOR}?account={euro.pk}&hours=4")
    assert "1 undo for 1 change" in text
    assert "−20.00 EUR a day" in text
    chosen = form_of(page, euro)
    assert undos() == 0
    assert page.post(DOOR, chosen).status_code == 302
    again = page.post(DOOR, chosen, follow=True).content.decode()
    assert f"{raised.entity_name}: It is being undone already." in again
    assert undos() == 1
    assert "being undone already" in html(page, f"{DOOR}?account={euro.pk}&hours=4")


def test_hours_count_from_the_look_and_not_from_the_yes(
    page: Client, euro: AdAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a raise and a further one the first must not slip out of the hours while the person reads."""
    first = raised_ad_set(euro, minutes=55)
    ad_set = AdSet.objects.get()
    second = budget_action(ad_set, 15_000, status=Status.EXECUTED, executed_at=timezone.now() - timedelta(minutes=5))
    AdSet.objects.update(daily_budget=15_000)
    chosen = form_of(page, euro, "1")
    later = timezone.now() + timedelta(minutes=30)
    monkeypatch.setattr(page_module, "business_now", lambda account: later)
    page.post(DOOR, chosen)
    undo = Action.objects.get(source=Source.UNDO)
    assert (undo.value_before, undo.value_final) == (15_000, 10_000)
    assert {undo.undo_of, *undo.also_undid.all()} == {first, second}


def test_what_would_be_put_back_otherwise_by_now_is_refused_and_shown_anew(page: Client, euro: AdAccount) -> None:
    first = raised_ad_set(euro, minutes=55)
    other = raised_ad_set(euro, minutes=40)
    chosen = form_of(page, euro)
    AdSet.objects.filter(meta_id=first.entity_id).update(daily_budget=13_000)
    answer = page.post(DOOR, chosen)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "It would put back something else by now." in text
    assert "1 undo for 1 change" in text
    assert f'name="only" value="{other.pk}"' in text
    assert undos() == 0


def test_what_took_effect_after_the_look_is_not_undone_unseen(page: Client, euro: AdAccount, raised: Action) -> None:
    chosen = form_of(page, euro)
    raised_ad_set(euro, minutes=0)
    page.post(DOOR, chosen)
    assert Action.objects.get(source=Source.UNDO).undo_of == raised


@pytest.mark.parametrize("missing", ["since", "seen", "only"])
def test_without_a_look_nothing_is_undone(page: Client, euro: AdAccount, raised: Action, missing: str) -> None:
    page.post(DOOR, {name: value for name, value in form_of(page, euro).items() if name != missing})
    assert undos() == 0


@pytest.mark.parametrize("since", ["soon", "2026-01-01T00:00:00", "2020-01-01T00:00:00+00:00"])
def test_an_odd_moment_is_refused(page: Client, euro: AdAccount, raised: Action, since: str) -> None:
    assert page.post(DOOR, {**form_of(page, euro), "since": since}).status_code == 422
    assert undos() == 0


def test_every_change_that_was_confirmed_and_not_undone_is_named(
    page: Client, euro: AdAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions = [raised_ad_set(euro, name=f"Set number {number}") for number in range(8)]

    def first_only(inverse: Inverse, cause: Cause, now: Any) -> Action:
        if inverse.undoes[0] == actions[0]:
            return put_back(inverse, cause, now)
        raise AlreadyDecided("Somebody was first.")

    monkeypatch.setattr(reverting, "put_back", first_only)
    text = page.post(DOOR, form_of(page, euro), follow=True).content.decode()
    assert "On their way: 1 undo for 1 change." in text
    told = next(line for line in text.splitlines() if "Somebody was first." in line)
    assert [number for number in range(8) if f"Set number {number}" in told] == list(range(1, 8))


@pytest.mark.parametrize(("field", "value"), [("hours", "soon"), ("hours", "0"), ("source", "nobody")])
def test_odd_choices_are_refused_with_the_field_named(page: Client, euro: AdAccount, field: str, value: str) -> None:
    answer = page.get(DOOR, {"account": str(euro.pk), "hours": "4", field: value})
    assert answer.status_code == 422
    assert f"{field}:" in answer.content.decode()
