"""What a metric is compared with: parent, account, peers, siblings. The steps behind the family `relative`."""

from collections.abc import Iterator, Mapping

import numpy as np

from intelligence.metrics.families.base import ColumnOf, numbers, stored
from intelligence.metrics.families.own import Own
from intelligence.metrics.families.ratios import Ratios, parts, ratio_at
from intelligence.metrics.families.sums import Sums
from intelligence.metrics.field import Field
from intelligence.metrics.frame import Frame, Numbers, Texts
from intelligence.metrics.siblings import percentiles, ranks

PARENT = "parent:"
"""Prefix of the parent's columns in a frame that can build them."""
LEAST_PEERS = 3


class ParentColumns(Mapping[str, Numbers | Texts]):
    """The parent's columns under their own names, fetched from the child's frame when asked for."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def __getitem__(self, name: str) -> Numbers | Texts:
        return self._frame.columns[f"{PARENT}{name}"]

    def __iter__(self) -> Iterator[str]:
        return (name.removeprefix(PARENT) for name in self._frame.columns if name.startswith(PARENT))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def of_parent(frame: Frame, inner: Field, column: ColumnOf) -> Numbers:
    above = Frame(frame.account_id, frame.level, frame.at, frame.read_at, frame.ids, ParentColumns(frame))
    return numbers(column(above, inner))


def of_account(frame: Frame, inner: Field, column: ColumnOf) -> Numbers:
    """A metric of one's own is its formula over the account's figures: a ratio in it is of pooled sums too."""
    if inner.formula is not None:
        value = inner.formula.value(lambda one: of_account(frame, one, column))
        return np.full(len(frame), value) if isinstance(value, float) else value
    if inner.family == Ratios.key:
        top, bottom = parts(frame, inner, column)
        both = ~np.isnan(top) & ~np.isnan(bottom)
        total = float(bottom[both].sum())
        pooled = float(top[both].sum()) / total * ratio_at(inner).scale if total > 0 else np.nan
        return np.full(len(frame), pooled)
    values = _peers(frame, inner, column)
    return np.full(len(frame), values.mean() if len(values) else np.nan)


def zscore(frame: Frame, inner: Field, column: ColumnOf) -> Numbers:
    values = _peers(frame, inner, column)
    spread = float(values.std()) if len(values) >= LEAST_PEERS else 0.0
    if spread <= 0:
        return np.full(len(frame), np.nan)
    scores: Numbers = (numbers(column(frame, inner)) - values.mean()) / spread
    return scores


def rank(frame: Frame, inner: Field, column: ColumnOf) -> Numbers:
    return ranks(numbers(column(frame, inner)), _families(frame))


def percentile(frame: Frame, inner: Field, column: ColumnOf) -> Numbers:
    return percentiles(numbers(column(frame, inner)), _families(frame))


def _peers(frame: Frame, inner: Field, column: ColumnOf) -> Numbers:
    """Known values; for sums (and what is made of them) only of entities with impressions in the window, else the idle
    ones drown the rest."""
    values = numbers(column(frame, inner))
    keep = ~np.isnan(values)
    delivered = stored(frame, f"impressions_{inner.window}") if inner.family in (Sums.key, Own.key) else None
    if delivered is not None:
        keep &= numbers(delivered) > 0
    return values[keep]


def _families(frame: Frame) -> Texts:
    parents = stored(frame, "parent_id")
    return np.full(len(frame), "") if parents is None else parents.astype(np.str_)
