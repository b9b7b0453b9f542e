"""Stale figures: while such a fault lasts, insights stand where they stood when it first struck."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from metaads.sandbox.faults import Fault
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.types import Ints


@dataclass(slots=True)
class Stills:
    """Copies of an account's numbers, by fault and account."""

    kept: dict[tuple[int, str], tuple[Ints, Ints]] = field(default_factory=dict)

    @contextmanager
    def shown(self, account: Account, fault: Fault) -> Iterator[None]:
        """Meanwhile the account's figures are those of the fault's first strike. What came later reads as zero."""
        key = (id(fault), account.id)
        if key not in self.kept:
            self.kept[key] = account.daily[: account.days].copy(), account.hourly[: account.days].copy()
        now = account.daily, account.hourly
        account.daily, account.hourly = (_fitted(old, new) for old, new in zip(self.kept[key], now, strict=True))
        account.tables.clear()
        try:
            yield
        finally:
            account.daily, account.hourly = now
            account.tables.clear()


def _fitted(old: Ints, new: Ints) -> Ints:
    """The old numbers in an array as large as the new one, for ads may have been made since."""
    room = np.zeros(new.shape, dtype=new.dtype)
    room[tuple(slice(0, n) for n in old.shape)] = old
    return room
