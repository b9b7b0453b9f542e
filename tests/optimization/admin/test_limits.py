"""The form of an account's limits: every limit is there, and says what holds while it is empty."""

import pytest
from django.test import Client

from metaads.models import AdAccount
from optimization.models import AccountLimits
from tests.factories.metaads import AdAccountFactory, UserFactory
from tests.optimization.views.conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(db: None) -> Client:
    return signed_in(UserFactory.create(is_staff=True, is_superuser=True))


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def test_odd_peak_hours_are_refused_with_how_to_write_them(root: Client, account: AdAccount) -> None:
    data = {"account": account.pk, "mode": "suggest", "peak_hours": "evening"}
    assert "Write it as 18-22" in root.post("/admin/optimization/accountlimits/add/", data).content.decode()
    root.post("/admin/optimization/accountlimits/add/", {**data, "peak_hours": "22-2"})
    assert AccountLimits.objects.get().peak_hours == "22-2"


def test_every_limit_can_be_entered_and_says_what_holds_while_it_is_empty(root: Client) -> None:
    page = root.get("/admin/optimization/accountlimits/add/").content.decode()
    columns = {field.name for field in AccountLimits._meta.fields} - {"id"}
    assert [name for name in columns if f'name="{name}"' not in page] == []
    assert "Empty: 50 US dollars, converted." in page
    assert "Empty: no limit." in page
