"""Tags on an entity's page: everybody sees them, managers change them, nothing typed is lost."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse

from intelligence.metrics.tags import tags_of
from metaads.models import AdAccount, AdSet, Level
from optimization.models import LedgerEvent
from optimization.views.subject import entity_href
from tests.optimization.views.conftest import signed_in
from tests.optimization.views.shop import NOW, Shop, open_shop
from tests.optimization.views.test_campaigns import html


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop(euro: AdAccount) -> Shop:
    return open_shop(euro)


@pytest.fixture
def ad_set(shop: Shop) -> AdSet:
    found = AdSet.objects.filter(account=shop.account).first()
    assert found is not None
    return found


def address(ad_set: AdSet) -> str:
    return reverse("entity-tags", args=[Level.AD_SET.value, ad_set.meta_id])


def test_a_manager_tags_and_everybody_sees_it(ad_set: AdSet, manager: User, viewer: User) -> None:
    answer = signed_in(manager).post(address(ad_set), {"tags": "Evergreen,  top seller ,"})
    assert answer.status_code == 302
    assert tags_of(ad_set.account, Level.AD_SET, ad_set.meta_id) == ["evergreen", "top seller"]
    event = LedgerEvent.objects.latest("pk")
    assert event.payload == {
        "tags_of": f"adset:{ad_set.meta_id}", "tags": ["evergreen", "top seller"], "before": [],
    }  # fmt: skip
    assert event.user_id == manager.pk
    page = html(signed_in(viewer), entity_href(Level.AD_SET, ad_set.meta_id))
    assert '<span class="chip">top seller</span>' in page
    assert "Keep tags" not in page


def test_the_same_tags_again_are_no_event(ad_set: AdSet, manager: User) -> None:
    client = signed_in(manager)
    for typed in ("brand", " BRAND "):
        client.post(address(ad_set), {"tags": typed})
    assert LedgerEvent.objects.filter(kind="setting_changed").count() == 1
    client.post(address(ad_set), {"tags": ""})
    assert tags_of(ad_set.account, Level.AD_SET, ad_set.meta_id) == []


def test_a_tag_that_cannot_be_is_told_beside_what_was_typed(ad_set: AdSet, manager: User) -> None:
    typed = f"brand, {'x' * 41}"
    answer = signed_in(manager).post(address(ad_set), {"tags": typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "at most 40 are kept" in page
    assert typed in page
    assert tags_of(ad_set.account, Level.AD_SET, ad_set.meta_id) == []


def test_a_level_that_is_none_is_not_found(ad_set: AdSet, manager: User) -> None:
    answer = signed_in(manager).post(reverse("entity-tags", args=["page", ad_set.meta_id]), {"tags": "a"})
    assert answer.status_code == 404
