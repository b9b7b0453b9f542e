"""What a change is expected to bring over the next 7 days, told when it is proposed.

Basis, one an entity (`basis_of`, columns at once): spend a day of the last 7 days, and the posterior of conversions and
value per money spent (`intelligence.metrics.posterior`). From it (`change_of`, a few operations each):

* status: all of the entity's spend goes, or comes; results with it.
* daily budget: spend follows the budget as far as the entity used it up; results follow spend to the power ELASTICITY,
  for the next money earns less. 0.8 in the middle, between 0.6 and 1.0 (proportional) for the interval: an assumption,
  until response curves are learned from each account's own history.

Intervals are of the expectation, 95 %: the posterior's quantiles and how much weeks differ in spend, each side joined
as independent parts of a logarithm. What is not known stays unknown, with the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from intelligence.metrics import catalog
from intelligence.metrics.families.base import numbers
from intelligence.metrics.frame import Frame, Numbers
from intelligence.metrics.posterior import Beliefs, GammaBelief
from metaads.graph.money import offset

DAYS = 7
ELASTICITY, LEAST_ELASTIC, MOST_ELASTIC = 0.8, 0.6, 1.0
USED_UP = 0.8
"""Share of a budget from which on more budget is taken to be spent in full."""
QUANTILES = (0.025, 0.5, 0.975)
USUAL_WEEKS = 0.25
"""Spread of the logarithm of spend from week to week where too few entities tell it."""
FEW = 20
MOST_CHANGE = 20.0
BY_STATUS = "posterior of the last 7 days"
BY_BUDGET = f"posterior of the last 7 days; results follow spend to the power {ELASTICITY}"
Basis = dict[str, Any]
Triple = tuple[float, float, float]


def basis_of(frame: Frame, rows: list[int], currency: str) -> list[Basis]:
    """For these rows of a frame: minor units, `conversions` and `value` per minor unit as [low, middle, high]."""
    at = np.array(rows, dtype=np.intp)
    factor = float(offset(currency))
    spend = numbers(catalog.column(frame, catalog.resolve("spend_7d")))[at] * factor / DAYS
    beliefs = Beliefs(frame)
    per = _rows(_quantiles(beliefs, "cpa_7d", at) / factor, 9)
    worth = _rows(_quantiles(beliefs, "roas_7d", at), 5)
    weeks = round(_between_weeks(frame), 3)
    return [
        {"spend": _plain(spent), "conversions": rate, "value": value, "weeks": weeks}
        for spent, rate, value in zip(spend.tolist(), per, worth, strict=True)
    ]


def _quantiles(beliefs: Beliefs, name: str, at: np.ndarray) -> Numbers:
    """(3, rows) of the rate per major unit spent; NaN = unknown."""
    belief = beliefs.of(catalog.resolve(name))
    if not isinstance(belief, GammaBelief):
        return np.full((3, len(at)), np.nan)
    return belief.take(at).rates(QUANTILES)


def _between_weeks(frame: Frame) -> float:
    """Robust spread of log spend from one week to the next over all entities; only if both weeks are at hand."""
    if "spend_14d" not in set(frame.columns):
        return USUAL_WEEKS
    last = numbers(frame.columns["spend_7d"])
    before = numbers(frame.columns["spend_14d"]) - last
    both = (last > 0) & (before > 0)
    if int(both.sum()) < FEW:
        return USUAL_WEEKS
    grown = np.log(last[both] / before[both])
    return float(min(max(1.4826 * np.median(np.abs(grown - np.median(grown))), 0.05), 1.5))


def _plain(value: float) -> float | None:
    return None if value != value else round(value, 2)


def _rows(values: Numbers, digits: int) -> list[list[float] | None]:
    """(3, rows) -> one list a row, rounded; None where one of the three is unknown."""
    unknown: list[bool] = np.asarray(np.isnan(values).any(axis=0)).tolist()
    rounded = np.round(values.T, digits).tolist()
    return [None if missing else row for row, missing in zip(rounded, unknown, strict=True)]


@dataclass(frozen=True)
class _Move:
    """Factors of spend and of results: low, middle, high."""

    spend: Triple
    results: Triple
    method: str


class Change(NamedTuple):
    """A field's value `before` and `after`, and the basis of who has it."""

    basis: Basis | None
    field: str
    before: object
    after: object


def change_of(basis: Basis | None, field: str, before: object, after: object) -> dict[str, Any]:
    """`figures`: metric -> [low, middle, high], money in the minor unit, None = unknown; `why` says why nothing is."""
    return changes_of([Change(basis, field, before, after)])[0]


def changes_of(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """As `change_of` of each, their figures at once."""
    moves = [_move_of(one) for one in changes]
    told = [
        (one.basis, move) for one, move in zip(changes, moves, strict=True) if one.basis and not isinstance(move, str)
    ]
    figures = iter(_figures([basis for basis, _ in told], [move for _, move in told]) if told else ())
    answers = []
    for one, move in zip(changes, moves, strict=True):
        answer: dict[str, Any] = {"days": DAYS, "basis": one.basis, "figures": {}, "method": "", "why": ""}
        answer |= {"why": move} if isinstance(move, str) else {"figures": next(figures), "method": move.method}
        answers.append(answer)
    return answers


def _move_of(change: Change) -> _Move | str:
    """Or why it cannot be told."""
    if change.basis is None:
        return "Its figures of the last 7 days are not at hand."
    spend = change.basis["spend"]
    if not spend:
        return "Its spend is unknown." if spend is None else "It spent nothing in the last 7 days."
    return _move(change.field, change.before, change.after, spend)


def _move(field: str, before: object, after: object, spend: float) -> _Move | str:
    if field == "status":
        sign = -1.0 if after == "PAUSED" else 1.0 if after == "ACTIVE" else 0.0
        return _Move((sign, sign, sign), (sign, sign, sign), BY_STATUS) if sign else "It is not known what this brings."
    if field not in {"daily_budget", "lifetime_budget"} or not isinstance(before, int) or not isinstance(after, int):
        return "What this kind of change brings cannot be told beforehand."
    if before <= 0 or after <= 0:
        return "There is no budget to compare with."
    low, middle, high = _spends(before, after, spend if field == "daily_budget" else None)
    results = tuple(
        (1 + one) ** power - 1
        for one, power in zip((low, middle, high), _powers(after > before), strict=True)
    )  # fmt: skip
    return _Move((low, middle, high), (results[0], results[1], results[2]), BY_BUDGET)


def _powers(grows: bool) -> Triple:
    return (LEAST_ELASTIC, ELASTICITY, MOST_ELASTIC) if grows else (MOST_ELASTIC, ELASTICITY, LEAST_ELASTIC)


def _spends(before: int, after: int, spend: float | None) -> Triple:
    """Relative change of spend. An entity that leaves budget unused spends no more for having more of it."""
    share = min(after / before, MOST_CHANGE) - 1
    used = 1.0 if spend is None else min(spend / before, 1.0)
    if share >= 0:
        return (share, share, share) if used >= USED_UP else (0.0, share * used, share)
    kept = 1.0 if spend is None else min(after / max(spend, 1e-9), 1.0)
    cut = share if used >= USED_UP else kept - 1
    return (share, cut, min(cut, 0.0)) if spend is not None and used < USED_UP else (share, share, share)


def _figures(bases: Sequence[Basis], moves: Sequence[_Move]) -> list[dict[str, list[float | None]]]:
    """One a change; inside all are (3, changes), NaN = unknown."""
    week = np.array([one["spend"] for one in bases]) * DAYS
    weeks = 1.96 * np.array([one["weeks"] for one in bases])
    spend = np.array([one.spend for one in moves]).T
    results = np.array([one.results for one in moves]).T
    by_status = np.array([one.method == BY_STATUS for one in moves])
    rate, worth = (_positive(_rates(bases, name)) for name in ("conversions", "value"))
    with np.errstate(divide="ignore", invalid="ignore"):  # a status has no ratios, the unknown is NaN
        dearer = np.where(by_status, np.nan, (1 + spend) / (1 + results) - 1)
        columns = {
            "spend": _rounded(_times(week, spend, (weeks, weeks)), 0),
            "conversions": _rounded(_times(week * rate[1], results, _joined(weeks, rate)), 2),
            "value": _rounded(_times(week * worth[1], results, _joined(weeks, worth)), 0),
            "cpa": _rounded(_spread(dearer / rate[1]), 0),
            "roas": _rounded(_spread((1 / (1 + dearer) - 1) * worth[1]), 3),
            "money": _rounded(_money(_rates(bases, "value"), week, weeks, spend, results), 0),
        }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _rates(bases: Sequence[Basis], name: str) -> Numbers:
    return np.array([one[name] or (np.nan,) * 3 for one in bases]).T


def _positive(rates: Numbers) -> Numbers:
    return np.where(rates[1] > 0, rates, np.nan)


def _times(middle: Numbers, factors: Numbers, logs: tuple[Numbers, Numbers]) -> Numbers:
    """A positive quantity with an uncertain logarithm, times a change that lies between two factors."""
    low, high = middle * np.exp(-logs[0]), middle * np.exp(logs[1])
    ends = np.array([low * factors[0], low * factors[2], high * factors[0], high * factors[2]])
    return np.array([ends.min(axis=0), middle * factors[1], ends.max(axis=0)])


def _joined(weeks: Numbers, rates: Numbers) -> tuple[Numbers, Numbers]:
    """How far the logarithm goes down and up."""
    logs = np.log(np.maximum(rates, 1e-12))
    return np.hypot(weeks, logs[1] - logs[0]), np.hypot(weeks, logs[2] - logs[1])


def _spread(values: Numbers) -> Numbers:
    """Of the entity's own ratios: the middle one stays in the middle."""
    return np.array([values.min(axis=0), values[1], values.max(axis=0)])


def _money(worth: Numbers, week: Numbers, weeks: Numbers, spend: Numbers, results: Numbers) -> Numbers:
    """Value less spend. Spend moves both, so what it is unsure of moves their difference as a whole."""
    ends = week * (worth[:, None] * results - spend)
    middle = week * (worth[1] * results[1] - spend[1])
    every = np.array([*ends.reshape(9, -1), middle * np.exp(-weeks), middle * np.exp(weeks)])
    return np.array([every.min(axis=0), middle, every.max(axis=0)])


def _rounded(values: Numbers, digits: int) -> list[list[float | None]]:
    none: list[float | None] = [None, None, None]
    return [[*(row or none)] for row in _rows(values, digits)]


def again(expected: Mapping[str, Any] | None, field: str, before: object, after: object) -> dict[str, Any] | None:
    """The same for another value, as when a person changes a proposal."""
    return None if not expected else change_of(expected.get("basis"), field, before, after)
