"""What is believed of true rates: the one posterior, behind a rule's confidence, `probably`, and the optimiser.

A rate read from a handful of events says little of the true one. Each entity's own counts are joined with what its
parent and account let expect (`metrics.shrink`); the answer is the probability that the true rate is above a threshold.

| field                                | model of what was counted                 | posterior                        |
| ------------------------------------ | ----------------------------------------- | -------------------------------- |
| `ctr conversion_rate`                | events ~ Binomial(tries, p)               | Beta (Gelman et al., BDA3, 2.1)  |
| `cpa cpc cpm true_cpa cost_per.TYPE` | events ~ Poisson(spend x r); cost = 1 / r | Gamma for r (BDA3, 2.6)          |
| `roas true_roas`                     | r as above, times the mean order value    | Gamma with the product's moments |
| sums, counts, status, trends, others | known as they are                         | exact                            |

Variants (`cpa_mature_7d`, `roas_1d_click_7d`) follow their plain field; a metric of one's own that is one sum over
another is a rate as well. How events are judged is in `metrics.events`, what an order is worth in `metrics.orders`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics import catalog
from intelligence.metrics.events import RESULTS_SLOPE, happening
from intelligence.metrics.families.base import numbers
from intelligence.metrics.families.ratios import Ratio, Ratios, ratio_of
from intelligence.metrics.families.sums import Sums, unit_of
from intelligence.metrics.field import NUMBER, Field
from intelligence.metrics.frame import Frame, Numbers, Texts
from intelligence.metrics.orders import order_values
from intelligence.metrics.shrink import Counts, Prior, beta, priors, special
from intelligence.metrics.siblings import Codes, codes_of

Rows = NDArray[np.intp]
Column = Callable[[Field], Numbers | Texts]

ORDERS = {"conversion_value": "conversions", "true_value": "true_conversions"}
"""The count behind a value, for returns."""
DELIVERY = frozenset({"clicks", "inline_link_clicks", "impressions"})
"""What money buys in proportion; of results it buys ever fewer."""


class Belief(Protocol):
    """The posterior of one field for each of n entities."""

    def above(self, threshold: Numbers | float) -> Numbers:
        """(n,) probability that the true rate is above `threshold` (in the field's unit); NaN = unknown."""

    def take(self, rows: Rows) -> "Belief":
        """The same of some entities only."""


@dataclass(frozen=True)
class GammaBelief:
    """The rate is Gamma(shape, rate); the field is `scale` times it, or `scale` over it if `inverse` (a cost)."""

    shape: Numbers
    rate: Numbers
    scale: float = 1.0
    inverse: bool = False

    def above(self, threshold: Numbers | float) -> Numbers:
        wanted = np.broadcast_to(np.asarray(threshold, dtype=np.float64), self.shape.shape)
        with np.errstate(all="ignore"):
            if self.inverse:
                found = special().gammainc(self.shape, self.rate * self.scale / wanted)
            else:
                found = special().gammaincc(self.shape, self.rate * wanted / self.scale)
        return _settled(found, wanted)

    def rates(self, quantiles: Sequence[float]) -> Numbers:
        """(quantiles, n) of the rate itself, whatever is made of it: events, or their worth, per exposure."""
        with np.errstate(all="ignore"):
            found = special().gammaincinv(self.shape[None, :], np.asarray(quantiles)[:, None]) / self.rate[None, :]
        answer: Numbers = found * (1.0 if self.inverse else self.scale)
        return answer

    @property
    def mean(self) -> Numbers:
        """(n,) expectation of the rate itself."""
        return self.shape / self.rate * (1.0 if self.inverse else self.scale)

    def take(self, rows: Rows) -> "GammaBelief":
        return GammaBelief(self.shape[rows], self.rate[rows], self.scale, self.inverse)


@dataclass(frozen=True)
class BetaBelief:
    """The share is Beta(yes, no); the field is `scale` times it."""

    yes: Numbers
    no: Numbers
    scale: float = 1.0

    def above(self, threshold: Numbers | float) -> Numbers:
        wanted = np.broadcast_to(np.asarray(threshold, dtype=np.float64), self.yes.shape)
        with np.errstate(all="ignore"):
            found = special().betaincc(self.yes, self.no, np.clip(wanted / self.scale, 0, 1))
        return _settled(found, wanted)

    def take(self, rows: Rows) -> "BetaBelief":
        return BetaBelief(self.yes[rows], self.no[rows], self.scale)


def _settled(found: Numbers, wanted: Numbers) -> Numbers:
    """A rate is above everything that is not above zero."""
    answer: Numbers = np.where((wanted <= 0) & ~np.isnan(found), 1.0, found)
    return answer


def is_rate(field: Field) -> bool:
    """Whether the true value is uncertain even where the figures are known."""
    return _model(field) is not None


class Beliefs:
    """The posteriors of one frame's fields, each computed once. `column` gives the frame's columns."""

    def __init__(self, frame: Frame, column: Column | None = None) -> None:
        self._frame = frame
        self._column: Column = column or (lambda field: catalog.column(frame, field))
        self._held: dict[str, Belief | None] = {}

    def of(self, field: Field) -> Belief | None:
        """None: the field is exact."""
        if field.key not in self._held:
            model, ratio = _model(field), _ratio(field)
            self._held[field.key] = None if model is None or ratio is None else model(self, field, ratio)
        return self._held[field.key]

    @cached_property
    def parents(self) -> Codes:
        """(n,) the number of each entity's parent; all the same for campaigns."""
        return codes_of(self._column(catalog.resolve("parent_id")))

    def sum(self, field: Field, base: str) -> Numbers:
        """A sum over the field's window."""
        window = field.formula.fields[0].window if field.formula else field.window
        return numbers(self._column(Field(f"{base}_{window}", base, window, NUMBER, unit_of(base) or "", Sums.key)))

    def counts(self, events: Numbers, exposure: Numbers, trials: bool) -> tuple[Counts, NDArray[np.bool_]]:
        """What is known, zero elsewhere, and where it is known. Without exposure there is nothing to judge."""
        known = ~np.isnan(events) & (exposure > 0)
        return Counts(np.where(known, events, 0.0), np.where(known, exposure, 0.0), self.parents, trials), known


def _share(beliefs: Beliefs, field: Field, ratio: Ratio) -> Belief:
    counts, known = beliefs.counts(beliefs.sum(field, ratio.top), beliefs.sum(field, ratio.bottom), trials=True)
    found = priors(counts)
    shares = [_updated(prior, counts) for _, prior in found]
    weights = np.array([weight for weight, _ in found])[:, None]
    means, variances = (np.stack(one) for one in zip(*shares, strict=True))
    mean = (weights * means).sum(axis=0)
    yes, no = beta(mean, (weights * (variances + (means - mean) ** 2)).sum(axis=0))
    return BetaBelief(np.where(known, yes, np.nan), np.where(known, no, np.nan), ratio.scale)


def _updated(prior: Prior, counts: Counts) -> tuple[Numbers, Numbers]:
    """Mean and variance after the entity's own tries; Jeffreys' Beta(1/2, 1/2) where nothing else is known."""
    yes, no = beta(prior.mean, prior.variance)
    alone = np.isinf(prior.variance)
    yes = np.where(alone, 0.5, yes) + counts.events
    no = np.where(alone, 0.5, no) + np.maximum(counts.exposure - counts.events, 0)
    return yes / (yes + no), yes * no / ((yes + no) ** 2 * (yes + no + 1))


def _cost(beliefs: Beliefs, field: Field, ratio: Ratio) -> Belief:
    slope = 0.0 if ratio.bottom in DELIVERY else RESULTS_SLOPE
    shape, rate = _happening(beliefs, beliefs.sum(field, ratio.bottom), beliefs.sum(field, ratio.top), slope)
    return GammaBelief(shape, rate, ratio.scale, inverse=True)


def _per(beliefs: Beliefs, field: Field, ratio: Ratio) -> Belief:
    """Of a metric of one's own nobody says that an event is one of the tries: clicks per conversion may be over 1."""
    shape, rate = _happening(beliefs, beliefs.sum(field, ratio.top), beliefs.sum(field, ratio.bottom))
    return GammaBelief(shape, rate, ratio.scale)


def _happening(beliefs: Beliefs, events: Numbers, exposure: Numbers, slope: float = 0.0) -> tuple[Numbers, Numbers]:
    """Shape and rate of events per exposure, NaN where unknown."""
    counts, known = beliefs.counts(events, exposure, trials=False)
    shape, rate = happening(counts, slope)
    return np.where(known, shape, np.nan), np.where(known, rate, np.nan)


def _return(beliefs: Beliefs, field: Field, ratio: Ratio) -> Belief:
    orders = beliefs.sum(field, _orders(ratio.top))
    return returns(beliefs, beliefs.sum(field, ratio.top), orders, beliefs.sum(field, ratio.bottom))


def returns(beliefs: Beliefs, value: Numbers, orders: Numbers, exposure: Numbers) -> GammaBelief:
    """Value per unit of `exposure` (n,): spend, or what of it has shown its results; NaN where a figure is unknown.

    Independent rate r and mean order value v: E = Er Ev, Var = Er^2 Vv + Ev^2 Vr + Vr Vv.
    """
    shape, rate = _happening(beliefs, np.where(np.isnan(value), np.nan, orders), exposure, RESULTS_SLOPE)
    order = order_values(value, orders, beliefs.parents)
    per, per_spread = shape / rate, 1 / shape  # mean, and squared coefficient of variation
    spread = order.variance / order.mean**2
    together = per_spread + spread + per_spread * spread
    return GammaBelief(1 / together, 1 / (together * per * order.mean))


def _orders(value: str) -> str:
    """`conversion_value_1d_click` -> "conversions_1d_click"."""
    name = next(one for one in ORDERS if value.startswith(one))
    return ORDERS[name] + value.removeprefix(name)


Model = Callable[[Beliefs, Field, Ratio], Belief]


def _model(field: Field) -> Model | None:
    """How the field's figures come about; None where they are what they are (frequency)."""
    ratio = _ratio(field)
    if ratio is None or "reach" in (ratio.top, ratio.bottom):
        return None
    if unit_of(ratio.top) == "count":
        return _share if field.formula is None else _per
    if ratio.bottom == "spend" and any(ratio.top.startswith(value) for value in ORDERS):
        return _return
    return _cost if ratio.top == "spend" and unit_of(ratio.bottom) == "count" else None


def _ratio(field: Field) -> Ratio | None:
    """The ratio that a field is; also a metric of one's own that is one sum over another."""
    if field.family == Ratios.key:
        return ratio_of(field.base)
    parts = field.formula.fields if field.formula else ()
    if field.formula is None or len(parts) != 2 or field.formula.text != f"{parts[0].name} / {parts[1].name}":
        return None
    top, bottom = parts
    sums = top.family == bottom.family == Sums.key and top.window == bottom.window
    return Ratio(top.base, bottom.base, field.unit) if sums else None
