"""Admin of the optimiser's settings: each figure within its bounds, saved with its event, by who may."""

import pytest
from django.test import Client

from metaads.models import AdAccount
from optimization.models import AccountLimits, LedgerEvent, OptimizerSettings
from tests.factories.metaads import AdAccountFactory, UserFactory
from tests.optimization.admin.test_admin import staff
from tests.optimization.views.conftest import signed_in

ADD = "/admin/optimization/optimizersettings/add/"


@pytest.fixture
def account(db: None) -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


@pytest.fixture
def root(db: None) -> Client:
    return signed_in(UserFactory.create(is_staff=True, is_superuser=True))


def test_they_are_saved_with_an_event(root: Client, account: AdAccount) -> None:
    root.post(ADD, {"account": account.pk, "pause_roas": "0.5"})
    assert OptimizerSettings.objects.get().pause_roas == 0.5
    event = LedgerEvent.objects.get()
    assert (event.account_id, event.payload["optimizer"]["pause_roas"]) == (account.pk, 0.5)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"interval_seconds": "1"}, "outside 60"),
        ({"lookback_days": "5"}, "One of 3, 7"),
        ({"pause_roas": "3", "scale_up_min_roas": "2"}, "Pause must be"),
    ],
)
def test_odd_ones_are_refused(root: Client, account: AdAccount, values: dict[str, str], words: str) -> None:
    assert words in root.post(ADD, {"account": account.pk, **values}).content.decode()
    assert not OptimizerSettings.objects.exists()


def test_the_installations_row_is_for_its_administrator(root: Client, account: AdAccount) -> None:
    signed_in(staff(account)).post(ADD, {"pause_roas": "0.5"})
    assert not OptimizerSettings.objects.exists()
    root.post(ADD, {"pause_roas": "0.5"})
    assert OptimizerSettings.objects.get().account is None


def test_a_preset_is_chosen_there_and_a_stage_only_for_the_installation(root: Client, account: AdAccount) -> None:
    answer = root.post(ADD, {"account": account.pk, "apply_preset": "canary", "interval_seconds": "9000"}, follow=True)
    assert "the optimiser works as canary" in answer.content.decode()
    row = OptimizerSettings.objects.get()
    assert (row.preset, row.canary_percent, row.interval_seconds) == ("canary", 10, 3600)
    other = AdAccountFactory.create()
    refused = root.post(ADD, {"account": other.pk, "apply_preset": "limited"}).content.decode()
    assert "A stage is for the whole installation" in refused
    root.post(ADD, {"apply_preset": "limited"})
    assert AccountLimits.objects.get(account=account).max_auto_actions_per_hour == 5
