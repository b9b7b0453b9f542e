"""The effect of a change, with an interval that means what it says. Pure: arrays in, a result out.

Effect = what happened less what would have (`expectation`). How far off that expectation is by chance is not assumed
but seen: every entity that was left alone, in this window and in windows of the same length before it, is measured as
if it had been changed. Those placebo errors, each in units of its own scale (`scales`), are the distribution from which
the interval's ends are read: a conformal (permutation) interval over entities and times, after Abadie, Diamond and
Hainmueller (JASA 2010, placebo tests) and Chernozhukov, Wuthrich and Zhu (JASA 2021). Ends are taken on each side by
itself, with rank (n + 1)(1 - alpha/2), for order values have long tails.
"""

from dataclasses import dataclass

import numpy as np

from optimization.outcomes.expectation import Expected, control_weights, expect
from optimization.outcomes.panel import CONVERSIONS, SPEND, VALUE, Marks, Numbers, Panel, usable
from optimization.outcomes.ratios import ratios
from optimization.outcomes.scales import Scale, ends, fit, scale_of

LEVEL = 0.95
HALF_LIVES = (2.0, 5.0, 14.0)
FIRST_DAYS, USUAL_DAYS = 8, 14
"""Days that a placebo window has before it: at least, and where history allows."""
LEAST_OWN = 3
LEAST_CONTROLS = 4
LEAST_PLACEBOS = 79
"""The least of which the 2.5 % on either side is at least the second largest error."""
MONEY = "money"


@dataclass(frozen=True)
class Figure:
    """One metric over the window. `effect` = `actual` - `without`; `low`, `high`: its interval."""

    actual: float
    without: float
    low: float
    high: float

    @property
    def effect(self) -> float:
        return self.actual - self.without


@dataclass(frozen=True)
class Measured:
    """`figures`: money (value less spend), spend, conversions, value. Minor units; `placebos`: errors behind it."""

    figures: dict[str, Figure]
    controls: int
    placebos: int
    half_life: float


@dataclass(frozen=True)
class NotMeasured:
    """Why not, in a sentence for people."""

    reason: str


@dataclass(frozen=True)
class _Errors:
    """Placebo windows, flat: what was expected, what came."""

    expected: Expected
    after: Numbers
    visible: Numbers


def measure(panel: Panel, level: float = LEVEL) -> Measured | NotMeasured:
    """The effect on column 0."""
    use = usable(panel)
    known = np.asarray(~np.isnan(panel.after).any(axis=0))
    if not known[0]:
        return NotMeasured("The figures of the time after the change are not all known.")
    if use[:, 0].sum() < LEAST_OWN:
        return NotMeasured(f"Only {int(use[:, 0].sum())} days before it are known; at least {LEAST_OWN} are needed.")
    donors = known & (use.sum(axis=0) >= FIRST_DAYS)
    donors[0] = False
    donors &= np.where(use, panel.before[SPEND], 0.0).sum(axis=0) > 0
    count = int(donors.sum())
    if count < LEAST_CONTROLS:
        return NotMeasured(f"Only {count} comparable entities were left alone; at least {LEAST_CONTROLS} are needed.")
    kept = np.concatenate([[0], np.flatnonzero(donors)])
    return _measured(panel.keep(kept), use[:, kept], level)


def _measured(panel: Panel, use: Marks, level: float) -> Measured | NotMeasured:
    count = use.shape[1]
    donors = np.arange(count) > 0
    length = max(1, round(panel.days))
    windows = [
        (_Window(panel.before[:, :start], _sums(panel.before, use, start, length), use[:start]), 1.0)
        for start in range(max(FIRST_DAYS, min(USUAL_DAYS, len(use) // 2)), len(use) - length + 1)
    ]
    now = _Window(panel.before, panel.after, use)
    held = [(one, control_weights(one.before[SPEND], one.use, donors, length), share) for one, share in windows]
    present = control_weights(now.before[SPEND], now.use, donors, panel.days)
    half_life = min(HALF_LIVES, key=lambda one: _missed(held, donors, one))
    errors = _errors([*held, (now, present, panel.visible)], donors, half_life)
    mine = expect(now.before, now.after, now.use, donors, present, half_life)
    placebos = len(errors.visible)
    if placebos < LEAST_PLACEBOS:
        return NotMeasured(f"Only {placebos} placebo windows to compare with; at least {LEAST_PLACEBOS} are needed.")
    figures = _figures(panel, mine, errors, 1 - level)
    return Measured(figures, count - 1, placebos, half_life)


@dataclass(frozen=True)
class _Window:
    before: Numbers
    after: Numbers
    use: Marks


def _sums(before: Numbers, use: Marks, start: int, length: int) -> Numbers:
    """(metrics, entities) over a past window; NaN where a day of it is not usable."""
    inside = slice(start, start + length)
    sums: Numbers = before[:, inside].sum(axis=1)
    sums[:, ~use[inside].all(axis=0)] = np.nan
    return sums


def _told(window: _Window, donors: Marks, present: bool) -> Marks:
    """Which entities are placebos of this window: in the present one what was changed is none."""
    told: Marks = ~np.isnan(window.after).any(axis=0) & (window.use.sum(axis=0) >= FIRST_DAYS - 2)
    return told & donors if present else told


def _missed(held: list[tuple[_Window, Numbers, float]], donors: Marks, half_life: float) -> float:
    """How far spend is off in past windows: median absolute error of its logarithm."""
    gaps = []
    for window, weights, _ in held:
        expected = expect(window.before, window.after, window.use, donors, weights, half_life)
        told = _told(window, donors, present=False) & (expected.spend > 0) & (window.after[SPEND] > 0)
        gaps.append(np.abs(np.log(window.after[SPEND][told] / expected.spend[told])))
    return float(np.median(np.concatenate(gaps))) if gaps and sum(map(len, gaps)) else np.inf


def _errors(held: list[tuple[_Window, Numbers, float]], donors: Marks, half_life: float) -> _Errors:
    parts, came, shares = [], [], []
    for place, (window, weights, visible) in enumerate(held):
        expected = expect(window.before, window.after, window.use, donors, weights, half_life)
        told = _told(window, donors, present=place == len(held) - 1) & (expected.spend > 0)
        parts.append(np.array([one[told] for one in _columns(expected)]))
        came.append(window.after[:, told])
        shares.append(np.full(int(told.sum()), visible))
    joined = np.concatenate(parts, axis=1)
    return _Errors(Expected(*joined), np.concatenate(came, axis=1), np.concatenate(shares))


def _columns(expected: Expected) -> tuple[Numbers, ...]:
    return (
        expected.spend, expected.conversions, expected.value, expected.order, expected.rate, expected.known,
    )  # fmt: skip


def _figures(panel: Panel, mine: Expected, errors: _Errors, alpha: float) -> dict[str, Figure]:
    actual = panel.after[:, 0]
    without = np.array([_first(mine.spend), _first(mine.conversions), _first(mine.value)])
    pairs = {
        "spend": (actual[SPEND], without[SPEND], errors.after[SPEND] - errors.expected.spend),
        "conversions": (
            actual[CONVERSIONS], without[CONVERSIONS], errors.after[CONVERSIONS] - errors.expected.conversions,
        ),
        "value": (actual[VALUE], without[VALUE], errors.after[VALUE] - errors.expected.value),
        MONEY: (
            actual[VALUE] - actual[SPEND],
            without[VALUE] - without[SPEND],
            errors.after[VALUE] - errors.after[SPEND] - errors.expected.value + errors.expected.spend,
        ),
    }  # fmt: skip
    exposed = _exposed(mine, actual)
    if not panel.worth:
        pairs = {name: pairs[name] for name in ("spend", "conversions")}
    figures = {}
    for name, (came, expected, gaps) in pairs.items():
        scale: Scale = fit(name, errors.expected, errors.visible, gaps)
        own = float(scale_of(name, scale, exposed, np.array([panel.visible]))[0])
        low, high = ends(gaps / scale_of(name, scale, errors.expected, errors.visible), alpha)
        effect = came - expected
        figures[name] = Figure(float(came), float(expected), effect - high * own, effect - low * own)
    first = Expected(*(np.array([_first(one)]) for one in _columns(mine)))
    found = ratios(actual, first, errors.after, errors.expected, errors.visible, panel.visible, alpha)
    figures |= {name: Figure(*bounds) for name, bounds in found.items() if panel.worth or name == "cpa"}
    return figures


def _first(values: Numbers) -> float:
    """Of what was changed; without any usual spend (it was paused before) it would have gone on spending nothing."""
    value = float(values[0])
    return 0.0 if np.isnan(value) else value


def _exposed(mine: Expected, actual: Numbers) -> Expected:
    """What chance works on: what would have been spent, or, of what was switched on, what was."""
    first = Expected(*(np.array([_first(one)]) for one in _columns(mine)))
    if first.spend[0] >= 0.05 * actual[SPEND]:
        return first
    rate, order = first.rate, first.order
    spend = np.array([float(actual[SPEND])])
    return Expected(spend, spend * rate, spend * rate * order, order, rate, first.known)
