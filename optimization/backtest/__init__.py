"""Back-test: a rule replayed over the past, through the pure functions of the live cycle, on what was known then."""

from optimization.backtest.result import BacktestResult, Firing
from optimization.backtest.run import (
    APPROVE_ALL,
    AS_RECORDED,
    BacktestRefused,
    Unsaved,
    backtest,
    earliest,
    hourly_from,
)

__all__ = [
    "APPROVE_ALL",
    "AS_RECORDED",
    "BacktestRefused",
    "BacktestResult",
    "Firing",
    "Unsaved",
    "backtest",
    "earliest",
    "hourly_from",
]
