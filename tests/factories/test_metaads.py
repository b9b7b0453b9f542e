"""The factories make rows that belong together."""

import pytest

from tests.factories.metaads import AdFactory, ConnectionFactory, MembershipFactory


@pytest.mark.django_db
def test_an_ad_hangs_under_one_account() -> None:
    ad = AdFactory.create()
    assert {ad.account, ad.ad_set.account, ad.campaign.account, ad.creative and ad.creative.account} == {ad.account}


@pytest.mark.django_db
def test_the_token_can_be_read_back_from_the_database() -> None:
    connection = ConnectionFactory.create()
    connection.refresh_from_db()
    assert connection.access_token == "factory-access-token"
    assert connection.access_token not in connection.access_token_sealed


@pytest.mark.django_db
def test_a_member_sees_the_account() -> None:
    membership = MembershipFactory.create()
    assert membership.user.memberships.get().account == membership.account
