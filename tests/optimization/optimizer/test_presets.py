"""Presets: what each sets, where, and that nothing of it is silent."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from metaads import switch
from metaads.models import AdAccount
from optimization.knobs import knobs_for
from optimization.limits import limits_for
from optimization.models import AccountLimits, LedgerEvent, OptimizerSettings
from optimization.optimizer.presets import PRESETS, NoPreset, apply
from tests.factories.metaads import AdAccountFactory
from tests.factories.optimization import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


@pytest.mark.parametrize(
    ("key", "mode", "seconds", "up", "down", "daily", "canary"),
    [
        ("staging", "suggest", 7200, 2.5, 1.2, 10, 100),
        ("canary", "suggest", 3600, 2.0, 1.5, 15, 10),
        ("production", "auto", 3600, 2.0, 1.5, 20, 100),
    ],
)
def test_the_table_of_the_spec(
    account: AdAccount, key: str, mode: str, seconds: int, up: float, down: float, daily: float, canary: float
) -> None:
    apply("canary", None, None, NOW)
    apply(key, None, None, NOW)
    found = knobs_for(account)
    assert (found.mode, found.interval, found.canary_percent) == (mode, timedelta(seconds=seconds), canary)
    assert (found.scale_up_min_roas, found.scale_down_max_roas, found.max_daily_change_percent) == (up, down, daily)
    assert OptimizerSettings.objects.get().preset == key
    event = LedgerEvent.objects.filter(kind="setting_changed").order_by("-id").first()
    assert event is not None
    assert event.payload["optimizer"]["preset"] == key


def test_production_for_one_account_lets_it_act_alone_for_all_it_says_who_waits(account: AdAccount) -> None:
    said = apply("production", None, None, NOW)
    assert f"{account} is in suggest mode (its limits): nothing acts alone there." in said
    assert limits_for(account).mode == "suggest"
    other: AdAccount = AdAccountFactory.create()
    apply("production", account, None, NOW)
    assert (limits_for(account).mode, limits_for(other).mode) == ("auto", "suggest")


def test_what_the_environment_sets_binds_a_preset_too(account: AdAccount, settings: Any) -> None:
    settings.LIMITS_SET_EXPLICITLY = frozenset(["OPTIMIZER_INTERVAL_SECONDS", "OPTIMIZER_SCALE_UP_MIN_ROAS"])
    settings.LIMITS = {**settings.LIMITS, "OPTIMIZER_INTERVAL_SECONDS": 9_000, "OPTIMIZER_SCALE_UP_MIN_ROAS": 3.0}
    apply("staging", account, None, NOW)
    found = knobs_for(account)
    assert (found.interval, found.scale_up_min_roas) == (timedelta(seconds=9_000), 3.0)


@pytest.mark.parametrize(
    ("key", "mode", "limits", "rules", "models"),
    [
        ("collect", "suggest", {}, False, False),
        ("approval", "suggest", {"require_approval_days": 60}, True, False),
        ("limited", "auto", {"max_auto_actions_per_hour": 5, "min_confidence_for_auto": 0.9}, True, False),
        ("full", "auto", {"max_auto_actions_per_hour": 20, "min_confidence_for_auto": 0.8}, True, True),
    ],
)
def test_the_stages_of_an_installation(
    account: AdAccount, settings: Any, key: str, mode: str, limits: dict[str, float], rules: bool, models: bool
) -> None:
    settings.SWITCHES = dict.fromkeys(settings.SWITCHES, True)
    for before in PRESETS:
        apply(before, None, None, NOW)
    apply(key, None, None, NOW)
    row = AccountLimits.objects.get(account=account)
    assert row.mode == mode
    assert {name: getattr(row, name) for name in limits} == limits
    assert (switch.is_on(switch.RULES), switch.is_on(switch.PREDICTIONS)) == (rules, models)


def test_a_switch_that_the_environment_holds_off_is_named(account: AdAccount, settings: Any) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_ML_PREDICTIONS": False}
    assert any("ENABLE_ML_PREDICTIONS is still off" in line for line in apply("full", None, None, NOW))


def test_a_stage_for_one_account_leaves_the_switches(account: AdAccount) -> None:
    apply("limited", account, None, NOW)
    assert limits_for(account).max_auto_actions_per_hour == 5
    with pytest.raises(NoPreset, match="name no account"):
        apply("collect", account, None, NOW)
    with pytest.raises(NoPreset, match="there are staging, canary"):
        apply("stagign", None, None, NOW)


def test_the_command_says_what_it_did_and_can_only_say(account: AdAccount) -> None:
    out = StringIO()
    call_command("apply_preset", "canary", "--dry-run", stdout=out)
    assert not OptimizerSettings.objects.exists()
    call_command("apply_preset", "canary", "--account", account.meta_id, stdout=out)
    assert knobs_for(account).canary_percent == 10
    assert "Nothing was stored." in out.getvalue()
    assert "the optimiser works as canary" in out.getvalue()
    with pytest.raises(CommandError, match="name no account"):
        call_command("apply_preset", "collect", "--account", account.meta_id)
