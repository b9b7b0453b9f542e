"""The optimiser's settings: account before installation before environment, and what is set there binds."""

from datetime import timedelta
from typing import Any

import pytest

from metaads.models import AdAccount
from optimization.knobs import Knobs, knobs_for, rail_limits
from optimization.models import Method, OptimizerSettings, OrchestratorSettings
from tests.factories.metaads import AdAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def environment(settings: Any, **values: float) -> None:
    settings.LIMITS = {**settings.LIMITS, **values}
    settings.LIMITS_SET_EXPLICITLY = frozenset(values)


def test_without_rows_they_are_the_shipped_ones(account: AdAccount) -> None:
    assert knobs_for(account) == Knobs()


def test_the_accounts_row_goes_before_the_installations(account: AdAccount) -> None:
    OptimizerSettings.objects.create(account=account, pause_roas=0.5, method=Method.MARGINAL)
    OptimizerSettings.objects.create(pause_roas=0.6, interval_seconds=7200, enabled=False)
    OptimizerSettings.objects.create(account=AdAccountFactory.create(), pause_roas=0.1, enabled=True)
    found = knobs_for(account)
    assert (found.pause_roas, found.interval, found.enabled) == (0.5, timedelta(hours=2), False)
    assert found.method == Method.MARGINAL


def test_off_for_all_can_be_on_for_one(account: AdAccount) -> None:
    OptimizerSettings.objects.create(enabled=False)
    OptimizerSettings.objects.create(account=account, enabled=True)
    assert knobs_for(account).enabled


@pytest.mark.parametrize(
    ("field", "variable", "looser", "stricter"),
    [
        ("interval_seconds", "OPTIMIZER_INTERVAL_SECONDS", 60, 90_000),
        ("scale_up_min_roas", "OPTIMIZER_SCALE_UP_MIN_ROAS", 1.5, 9.0),
        ("scale_down_max_roas", "OPTIMIZER_SCALE_DOWN_MAX_ROAS", 1.9, 1.0),
        ("pause_roas", "OPTIMIZER_PAUSE_ROAS", 0.9, 0.1),
        ("reallocate_ratio", "OPTIMIZER_REALLOCATE_THRESHOLD_DIFF", 1.1, 4.0),
        ("reallocate_members", "OPTIMIZER_REALLOCATE_MIN_ADS", 2, 7),
        ("max_daily_change_percent", "OPTIMIZER_MAX_DAILY_CHANGE_PCT", 50, 5),
    ],
)
def test_what_the_environment_sets_binds_whoever_wants_more(
    account: AdAccount, settings: Any, field: str, variable: str, looser: float, stricter: float
) -> None:
    row = OptimizerSettings.objects.create(account=account, **{field: looser})
    name = {"interval_seconds": "interval"}.get(field, field)
    own = getattr(knobs_for(account), name)
    environment(settings, **{variable: settings.LIMITS[variable]})
    bound = getattr(knobs_for(account), name)
    assert bound != own
    setattr(row, field, stricter)
    row.save()
    found = getattr(knobs_for(account), name)
    assert (found.total_seconds() if field == "interval_seconds" else found) == stricter


@pytest.mark.parametrize(
    ("environment_says", "binds", "row", "mode"),
    [
        ("suggest", False, "", "suggest"),
        ("suggest", False, "auto", "auto"),
        ("suggest", True, "auto", "suggest"),
        ("auto", True, "", "auto"),
        ("auto", True, "suggest", "suggest"),
    ],
)
def test_the_mode_of_the_environment_binds_only_where_it_is_set(
    account: AdAccount, settings: Any, environment_says: str, binds: bool, row: str, mode: str
) -> None:
    settings.OPTIMIZER_MODE, settings.OPTIMIZER_MODE_BINDS = environment_says, binds
    OptimizerSettings.objects.create(mode=row)
    assert knobs_for(account).mode == mode


def test_the_rails_wait_as_long_as_the_accounts_goals_are_to(account: AdAccount, settings: Any) -> None:
    assert (rail_limits(account).scaling_cooldown_hours, rail_limits(account).promotion_cooldown_hours) == (24, 72)
    OrchestratorSettings.objects.create(account=account, scaling_cooldown_hours=12, promotion_cooldown_hours=100)
    assert (rail_limits(account).scaling_cooldown_hours, rail_limits(account).promotion_cooldown_hours) == (12, 100)
    environment(settings, ORCHESTRATOR_SCALING_COOLDOWN_HOURS=48)
    assert rail_limits(account).scaling_cooldown_hours == 48
