"""Which limit binds: the account's replaces a default, an explicit environment binds everywhere, the strictest wins."""

from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as shipped
from pytest_django import Settings

from metaads.models import AdAccount
from optimization.limits import limits_for
from optimization.models import AccountLimits
from tests.factories.metaads import AdAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def environment(settings: Settings, **values: float) -> None:
    settings.LIMITS = {**shipped.LIMITS, **values}
    settings.LIMITS_SET_EXPLICITLY = frozenset(values)


def test_an_account_without_limits_of_its_own_has_the_shipped_ones(account: AdAccount) -> None:
    found = limits_for(account)
    assert found.mode == "suggest"
    assert (found.max_increase_percent, found.max_decrease_percent, found.max_increase_percent_per_day) == (30, 50, 20)
    assert (found.cooldown_hours, found.optimizer_cooldown_hours, found.embargo_hours) == (4, 24, 48)
    assert (found.require_approval_days, found.min_confidence_for_auto) == (30, 0.85)
    assert (found.max_auto_actions_per_hour, found.max_budget_changes_per_day) == (10, 4)
    assert (found.max_data_age_hours, found.min_impressions) == (3, 1000)
    assert (found.max_actions_per_campaign, found.max_actions_per_run) == (5, 50)


@pytest.mark.parametrize(
    ("column", "name", "loose", "strict"),
    [
        ("max_budget_change_percent", "MAX_BUDGET_CHANGE_PERCENT", 60, 10),
        ("max_budget_decrease_percent", "MAX_BUDGET_DECREASE_PERCENT", 90, 5),
        ("cooldown_hours", "ACTION_COOLDOWN_HOURS", 1, 12),
        ("require_approval_days", "REQUIRE_APPROVAL_FOR_DAYS", 0, 90),
        ("max_data_age_hours", "MAX_DATA_AGE_HOURS", 24, 1),
        ("max_auto_actions_per_hour", "MAX_AUTO_ACTIONS_PER_HOUR", 500, 1),
        ("min_confidence_for_auto", "MIN_CONFIDENCE_FOR_AUTO", 0.1, 0.99),
        ("embargo_hours", "OPTIMIZER_EMBARGO_HOURS", 1, 96),
        ("min_impressions", "OPTIMIZER_MIN_IMPRESSIONS", 10, 90_000),
    ],
)
def test_the_accounts_own_replaces_a_default_but_an_explicit_environment_is_never_loosened(
    account: AdAccount, settings: Settings, column: str, name: str, loose: float, strict: float
) -> None:
    fields = {
        "max_budget_change_percent": "max_increase_percent",
        "max_budget_decrease_percent": "max_decrease_percent",
    }

    def in_force(own: float) -> Any:
        AccountLimits.objects.update_or_create(account=account, defaults={column: own})
        return getattr(limits_for(account), fields.get(column, column))

    assert [in_force(loose), in_force(strict)] == [loose, strict]
    environment(settings, **{name: shipped.LIMITS[name]})
    assert [in_force(loose), in_force(strict)] == [shipped.LIMITS[name], strict]


def test_budget_changes_a_day_can_only_be_fewer_than_four_and_none_means_none(account: AdAccount) -> None:
    row = AccountLimits.objects.create(account=account, max_budget_changes_per_day=9)
    assert limits_for(account).max_budget_changes_per_day == 4
    for own in (2, 0):
        row.max_budget_changes_per_day = own
        row.save()
        assert limits_for(account).max_budget_changes_per_day == own


def test_dollar_thresholds_are_friendly_amounts_of_the_accounts_currency(settings: Settings) -> None:
    yen: AdAccount = AdAccountFactory.create(currency="JPY")
    assert limits_for(yen).min_spend == Decimal(15000)
    AccountLimits.objects.create(account=yen, min_spend=Decimal(2000))
    assert limits_for(yen).min_spend == Decimal(2000)
    environment(settings, OPTIMIZER_MIN_SPEND_USD=100)
    assert limits_for(yen).min_spend == Decimal(15000)


def test_a_currency_without_a_shipped_rate_leaves_the_minimum_spend_to_a_person(db: None) -> None:
    account = AdAccountFactory.create(currency="XAF")
    assert limits_for(account).min_spend is None
