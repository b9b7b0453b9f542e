"""Columns of a frame that are held, or rebuilt from the readings when somebody asks."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from intelligence.metrics.frame import Numbers, Texts


class Rebuilds(Protocol):
    def column(self, name: str) -> Numbers | None:
        """A sum by its canonical name, None if it is not one that readings hold."""


class LazyColumns(Mapping[str, Numbers | Texts]):
    """Iterating and counting show what is held; looking up also finds what can be rebuilt, and then keeps it.

    `source` makes what rebuilds; `at_hand` is one that was made already.
    """

    def __init__(
        self, held: Mapping[str, Numbers | Texts], source: Callable[[], Rebuilds], at_hand: Rebuilds | None = None
    ) -> None:
        self._held = dict(held)
        self._make = source
        self._source = at_hand

    def __getitem__(self, name: str) -> Numbers | Texts:
        if name not in self._held:
            rebuilt = self.source.column(name)
            if rebuilt is None:
                raise KeyError(name)
            self._held[name] = rebuilt
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def release(self) -> None:
        """Gives up the readings, which are large; the next column that is not held reads them again."""
        self._source = None

    @property
    def source(self) -> Rebuilds:
        if self._source is None:
            self._source = self._make()
        return self._source
