"""Staged roll-outs: presets of the optimiser (spec 40) and stages of an installation (last paragraph of spec 80).

A preset is applied to one account or to the installation. What the environment sets explicitly still binds, and the
environment's half of a switch stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from metaads import switch
from metaads.models import AdAccount
from optimization.knobs import Mode
from optimization.models import AccountLimits, OptimizerSettings
from optimization.settings_doors import save_limits, save_optimizer, set_switch


class NoPreset(ValueError):
    """There is no such preset, or it cannot be applied there; the text says what to do."""


@dataclass(frozen=True)
class Preset:
    """`optimizer`: fields of OptimizerSettings; `limits`: of AccountLimits; `switches`: the administrator's halves."""

    key: str
    label: str
    optimizer: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    switches: Mapping[str, bool] = field(default_factory=dict)


def _optimiser(key: str, label: str, mode: Mode, interval: int, marks: tuple[float, float], **rest: Any) -> Preset:
    up, down = marks
    values = {"enabled": True, "mode": mode.value, "interval_seconds": interval, "canary_percent": 100.0}
    return Preset(key, label, {**values, "scale_up_min_roas": up, "scale_down_max_roas": down, **rest})


def _stage(key: str, label: str, limits: Mapping[str, Any], *, rules: bool = True, models: bool = False) -> Preset:
    switches = {switch.RULES: rules, switch.OPTIMIZER: rules, switch.PREDICTIONS: models}
    return Preset(key, label, {}, limits, switches)


SUGGEST, AUTO = AccountLimits.Mode.SUGGEST.value, AccountLimits.Mode.AUTO.value
ALL: tuple[Preset, ...] = (
    _optimiser(
        "staging", "Staging: suggests every 2 h, strict marks, raises up to 10 % a day", Mode.SUGGEST, 7200, (2.5, 1.2),
        max_daily_change_percent=10.0,
    ),
    _optimiser(
        "canary", "Canary: suggests on 10 % of the campaigns, raises up to 15 % a day", Mode.SUGGEST, 3600, (2.0, 1.5),
        max_daily_change_percent=15.0, canary_percent=10.0,
    ),
    _optimiser(
        "production", "Production: acts alone inside the limits, raises up to 20 % a day", Mode.AUTO, 3600, (2.0, 1.5),
        max_daily_change_percent=20.0,
    ),
    _stage("collect", "Stage 1, about 2 months: collect only", {"mode": SUGGEST}, rules=False),
    _stage("approval", "Stage 2: rules, a person approves all for 60 days",
           {"mode": SUGGEST, "require_approval_days": 60}),
    _stage("limited", "Stage 3: acts alone up to 5 times an hour from confidence 0.90",
           {"mode": AUTO, "max_auto_actions_per_hour": 5, "min_confidence_for_auto": 0.90}),
    _stage("full", "Stage 4: up to 20 times an hour from confidence 0.80, models on",
           {"mode": AUTO, "max_auto_actions_per_hour": 20, "min_confidence_for_auto": 0.80}, models=True),
)  # fmt: skip
PRESETS: dict[str, Preset] = {preset.key: preset for preset in ALL}


def choices() -> list[tuple[str, str]]:
    return [(preset.key, preset.label) for preset in ALL]


@transaction.atomic
def apply(key: str, account: AdAccount | None, user: User | None, now: datetime) -> list[str]:
    """Sets what the preset names, and leaves the rest. `account` None = the installation. Gives what it did, in lines.

    Raises NoPreset. Everything is in the ledger.
    """
    preset = PRESETS.get(key)
    if preset is None:
        raise NoPreset(f"There is no preset {key!r}; there are {', '.join(PRESETS)}.")
    if account is not None and preset.switches and not preset.switches[switch.RULES]:
        raise NoPreset(f"{key} turns the rules engine off, which is one for the whole installation: name no account.")
    said = _switches(preset, account, user, now)
    if preset.optimizer:
        said += _optimizer(preset, account, user, now)
    for one in [account] if account else AdAccount.objects.watched():
        said += _limits(preset, one, user, now, alone=account is not None)
    return said


def _switches(preset: Preset, account: AdAccount | None, user: User | None, now: datetime) -> list[str]:
    if account is not None:
        return ["The switches are the installation's and stay as they are."] if preset.switches else []
    for name, on in preset.switches.items():
        set_switch(name, on, user, now)
    offs = ((name, switch.why_off(name)) for name, on in preset.switches.items() if on)
    return [f"{name} is still off: {why}" for name, why in offs if why]


def _optimizer(preset: Preset, account: AdAccount | None, user: User | None, now: datetime) -> list[str]:
    row = OptimizerSettings.objects.filter(account=account).first() or OptimizerSettings(account=account)
    for name, value in preset.optimizer.items():
        setattr(row, name, value)
    row.preset = preset.key
    save_optimizer(row, user, now)
    return [f"{row.account or 'The installation'}: the optimiser works as {preset.key}."]


def _limits(preset: Preset, account: AdAccount, user: User | None, now: datetime, *, alone: bool) -> list[str]:
    """The optimiser's presets put only the account that they are applied to into auto mode."""
    row = AccountLimits.objects.filter(account=account).first() or AccountLimits(account=account)
    wanted = dict(preset.limits)
    if preset.optimizer.get("mode") == Mode.AUTO:
        if not alone:
            waits = row.mode != AUTO
            return [f"{account} is in suggest mode (its limits): nothing acts alone there."] if waits else []
        wanted["mode"] = AUTO
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if not changed:
        return []
    for name, value in changed.items():
        setattr(row, name, value)
    save_limits(row, user, now)
    return [f"{account}: {', '.join(f'{name} = {value}' for name, value in changed.items())}."]
