"""How the optimiser works for an account: environment, installation's row, account's row; the strictest binds.

The account's own value replaces the installation's, and that the environment's default. What the environment sets
explicitly binds everywhere: of it and the value above, the one that lets the optimiser do less counts
(docs/decisions/0022).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q

from metaads.models import AdAccount
from metaads.prepared import Prepared
from optimization.limits import Limits, limits_for
from optimization.models import Method, OptimizerSettings, OrchestratorSettings

DEFAULT_LOOKBACK, DEFAULT_BREAK_EVEN = 7, 1.0
Mode = OptimizerSettings.Mode


@dataclass(frozen=True)
class Knobs:
    """ROAS are value per unit spent, percents are percent. `canary_percent` None = all campaigns.

    `mode`: what the optimiser may do where the account's limits are in auto mode.
    """

    enabled: bool = True
    mode: str = Mode.SUGGEST
    method: str = Method.PROPORTIONAL
    interval: timedelta = timedelta(hours=1)
    lookback_days: int = DEFAULT_LOOKBACK
    scale_up_min_roas: float = 2.0
    scale_down_max_roas: float = 1.5
    pause_roas: float = 0.8
    break_even_roas: float = DEFAULT_BREAK_EVEN
    max_daily_change_percent: float = 20.0
    reallocate_ratio: float = 1.5
    reallocate_members: int = 3
    canary_percent: float | None = None
    min_confidence: float = 0.65


def knobs_for(account: AdAccount) -> Knobs:
    """One look-up."""
    return knobs_of(_ROWS(account.pk))


_ROWS = Prepared(
    lambda account: OptimizerSettings.objects.filter(Q(account_id=account) | Q(account_id__isnull=True)).order_by(
        F("account_id").desc(nulls_last=True)
    )
)


def knobs_of(rows: list[OptimizerSettings]) -> Knobs:
    """What the rows say (which need not be saved), the account's before the installation's."""
    return Knobs(
        enabled=_own(rows, "enabled") is not False,
        mode=_mode(rows),
        method=_own(rows, "method") or Method.PROPORTIONAL,
        interval=timedelta(seconds=_strictest("OPTIMIZER_INTERVAL_SECONDS", _own(rows, "interval_seconds"), max)),
        lookback_days=_own(rows, "lookback_days") or DEFAULT_LOOKBACK,
        scale_up_min_roas=_strictest("OPTIMIZER_SCALE_UP_MIN_ROAS", _own(rows, "scale_up_min_roas"), max),
        scale_down_max_roas=_strictest("OPTIMIZER_SCALE_DOWN_MAX_ROAS", _own(rows, "scale_down_max_roas"), min),
        pause_roas=_strictest("OPTIMIZER_PAUSE_ROAS", _own(rows, "pause_roas"), min),
        break_even_roas=_own(rows, "break_even_roas") or DEFAULT_BREAK_EVEN,
        max_daily_change_percent=_daily(rows),
        reallocate_ratio=_strictest("OPTIMIZER_REALLOCATE_THRESHOLD_DIFF", _own(rows, "reallocate_ratio"), max),
        reallocate_members=int(_strictest("OPTIMIZER_REALLOCATE_MIN_ADS", _own(rows, "reallocate_members"), max)),
        canary_percent=_own(rows, "canary_percent"),
        min_confidence=settings.LIMITS["OPTIMIZER_MIN_CONFIDENCE"],
    )


def rail_limits(account: AdAccount) -> Limits:
    """The account's limits with those that its optimiser and its goals have of their own. Three look-ups."""
    percent = knobs_for(account).max_daily_change_percent
    limits, goals = limits_for(account), _GOALS.first(account.pk)
    own: dict[str, Any] = {}
    if goals is not None:
        for name in ("promotion_cooldown_hours", "scaling_cooldown_hours"):
            own[name] = _strictest(f"ORCHESTRATOR_{name.upper()}", getattr(goals, name), max)
    return replace(limits, optimizer_raise_percent_per_day=percent, **own)


_GOALS = Prepared(lambda account: OrchestratorSettings.objects.filter(account_id=account)[:1])


def _own(rows: list[OptimizerSettings], name: str) -> Any:
    return next((value for row in rows if (value := getattr(row, name)) not in (None, "")), None)


def _strictest(name: str, own: float | None, stricter: Callable[[float, float], float]) -> float:
    shipped = float(settings.LIMITS[name])
    if own is None:
        return shipped
    return stricter(shipped, float(own)) if name in settings.LIMITS_SET_EXPLICITLY else float(own)


def _daily(rows: list[OptimizerSettings]) -> float:
    """The variable is a share."""
    own = _own(rows, "max_daily_change_percent")
    return round(100 * _strictest("OPTIMIZER_MAX_DAILY_CHANGE_PCT", None if own is None else own / 100, min), 6)


def _mode(rows: list[OptimizerSettings]) -> str:
    own = _own(rows, "mode") or settings.OPTIMIZER_MODE
    binds = settings.OPTIMIZER_MODE_BINDS and settings.OPTIMIZER_MODE == Mode.SUGGEST
    return Mode.SUGGEST.value if binds else str(own)
