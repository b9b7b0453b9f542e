"""A campaign or an ad set made by hand from named fields; what is wrong stands at its field."""

import pytest
from django.test import Client

from metaads.models import Ad, AdAccount, Creative
from optimization.models import Action
from tests.factories.metaads import CreativeFactory
from tests.optimization.views.test_change import ad, seen_in

__all__ = ["ad"]


@pytest.fixture
def made_of(ad: Ad, euro: AdAccount) -> dict[str, str]:
    """What is typed into the form of a campaign: its ad's creative is one of the account's."""
    film: Creative = CreativeFactory.create(account=euro, name="Summer film")
    one = "p.ad_sets[0]."
    return {
        "kind": "create_campaign", "review": "1", "p.name": "Autumn", "p.objective": "OUTCOME_TRAFFIC",
        f"{one}name": "Broad", f"{one}daily_budget": "12,50", f"{one}optimization_goal": "LINK_CLICKS",
        f"{one}targeting.geo_locations.countries": "DE\nAT", f"{one}targeting.age_min": "25",
        f"{one}targeting.age_max": "54", f"{one}targeting.genders[0]": "2", f"{one}ads[2].creative_id": film.meta_id,
        f"{one}ads[0].creative_id": "", "p.leave_paused": "1",
    }  # fmt: skip


def making(page: Client, account: AdAccount, typed: dict[str, str]) -> str:
    answer = page.get(f"/entities/account/{account.meta_id}/change/", typed)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_campaign_is_made_from_named_fields(page: Client, euro: AdAccount, made_of: dict[str, str]) -> None:
    asks = making(page, euro, {"kind": "create_campaign"})
    assert ">Summer film</option>" in asks
    assert "JSON" not in asks
    text = making(page, euro, made_of)
    assert "Create, paused: ad set Broad: 12.50 EUR (daily budget)" in text
    assert "Create, paused: ad Summer film" in text
    done = page.post(
        f"/entities/account/{euro.meta_id}/change/",
        {**made_of, "seen": seen_in(text), "reason": "Autumn.", "override_reason": "Sure."},
    )
    assert done.status_code == 302, done.content.decode()[-3000:]
    ad_set = Action.objects.get().parameters["ad_sets"][0]
    assert ad_set["targeting"] == {
        "geo_locations": {"countries": ["DE", "AT"]}, "age_min": 25, "age_max": 54, "genders": [2],
    }  # fmt: skip
    assert [one["name"] for one in ad_set["ads"]] == ["Summer film"]


def test_what_a_campaign_lacks_is_said_at_its_field(page: Client, euro: AdAccount, made_of: dict[str, str]) -> None:
    one = "p.ad_sets[0]."
    lacking = {
        "p.name": ("p.name", "Fill it in."),
        "p.objective": ("p.objective", "Fill it in."),
        f"{one}name": (f"{one}name", "Fill it in."),
        f"{one}optimization_goal": (f"{one}optimization_goal", "Fill it in."),
        f"{one}daily_budget": ("p.daily_budget", "neither the campaign nor its ad set"),
        f"{one}ads[2].creative_id": (f"{one}ads[0].creative_id", "Fill it in."),
    }
    for left_out, (key, words) in lacking.items():
        text = making(page, euro, {**made_of, left_out: ""})
        assert "nothing has happened yet" not in text, key
        assert words in text.partition(f'name="{key}"')[2].partition("<label")[0], left_out


def test_more_than_the_form_has_is_written_as_a_document(page: Client, euro: AdAccount) -> None:
    text = making(page, euro, {"kind": "create_campaign", "form": "document"})
    assert 'name="p.ad_sets"' in text
    assert 'name="form" value="document"' in text


def test_a_currency_without_a_smaller_unit_takes_whole_amounts(
    page: Client, euro: AdAccount, made_of: dict[str, str]
) -> None:
    AdAccount.objects.filter(pk=euro.pk).update(currency="JPY")
    assert "JPY has no smaller unit: write a whole amount." in making(page, euro, made_of)


def test_an_ad_set_is_made_in_a_campaign_of_the_list(
    page: Client, euro: AdAccount, ad: Ad, made_of: dict[str, str]
) -> None:
    typed = {name.replace("ad_sets[0].", ""): text for name, text in made_of.items() if "objective" not in name}
    typed |= {"kind": "create_ad_set", "p.name": "Broad", "p.campaign_id": ad.campaign.meta_id}
    del typed["p.leave_paused"]
    text = making(page, euro, typed)
    assert f'<option value="{ad.campaign.meta_id}" selected>{ad.campaign.name}</option>' in text
    assert "Create, paused: ad set Broad: 12.50 EUR (daily budget)" in text
