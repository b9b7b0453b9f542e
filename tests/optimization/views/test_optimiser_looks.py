"""The line on the actions page that says when the optimiser last looked, and what it left out."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from metaads.models import AdAccount, Role
from optimization.models import Run
from optimization.models.run import OPTIMIZE
from optimization.views.optimiser_looks import last_looks
from tests.factories.metaads import AdAccountFactory, MembershipFactory, UserFactory
from tests.optimization.views.conftest import signed_in

pytestmark = pytest.mark.django_db
COUNTS = {
    "campaigns": 12, "proposed": 1, "alone": 1, "skipped": {"no ROAS data yet": 1, "not sure": 10},
    "refused": {"It vanished at Meta.": 2}, "blocked": {"learning_phase": 1}, "conflicts": 1,
}  # fmt: skip


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    Run.objects.create(account=made, kind=OPTIMIZE, slot="1", started_at=timezone.now(), counts={**COUNTS, "alone": 0})
    at = timezone.now() - timedelta(minutes=24)
    Run.objects.create(account=made, kind=OPTIMIZE, slot="2", started_at=at, counts=COUNTS, problems=["Odd."])
    Run.objects.create(account=made, kind=OPTIMIZE, slot="part 1", started_at=timezone.now(), counts=COUNTS)
    return made


def test_it_says_in_plain_words_what_the_newest_whole_look_found(account: AdAccount) -> None:
    found = last_looks([account, AdAccountFactory.create()], {account.pk: timezone.now()})
    assert [one.account for one in found] == [account]
    assert (found[0].ago, found[0].said) == (
        "24 min ago",
        "12 campaigns looked at, 1 proposal, 1 of them went without a person",
    )
    assert found[0].left == (
        "10 campaigns: not sure",
        "1 campaign: no ROAS data yet",
        "2 wishes came to nothing: It vanished at Meta.",
        "1 wish held back: learning phase",
        "1 wish gave way to another",
        "Odd.",
    )


def test_the_actions_page_shows_it_to_those_who_see_the_account(account: AdAccount) -> None:
    user = UserFactory.create()
    MembershipFactory.create(user=user, account=account, role=Role.VIEWER)
    client: Client = signed_in(user)
    text = client.get("/actions/").content.decode()
    assert "Optimiser: last look 24 min ago, 12 campaigns looked at" in text
    assert "optimization_run" not in text
    assert "optimiser-looks" not in client.get("/actions/?show=done").content.decode()
    assert "optimiser-looks" not in signed_in(UserFactory.create()).get("/actions/").content.decode()
