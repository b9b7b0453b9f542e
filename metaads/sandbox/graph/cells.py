"""The sums of one row before they are rendered, and how numbers become Meta's text (reference 2.1, 4.2)."""

from dataclasses import dataclass

from metaads.sandbox.world.columns import Metric

Stats = list[dict[str, str]]


@dataclass(frozen=True)
class Cell:
    """Sums of one entity over one span, or over a part of it where the rows are broken down.

    `reach`: people, None where Meta does not say. `offset`: minor units in a major one. `windows`: attribution windows
    that were asked for. `hourly`: unique metrics are 0. `onsite`: conversions outside Meta are left out.
    `own_events`: the site has events of its own.
    """

    sums: tuple[int, ...]
    reach: int | None
    offset: int
    hourly: bool = False
    onsite: bool = False
    own_events: bool = False
    windows: tuple[str, ...] = ()

    def __getitem__(self, metric: Metric) -> int:
        return self.sums[metric]

    def money(self, minor: float) -> str:
        """Minor units as a decimal string of the major unit."""
        return f"{minor / self.offset:.2f}" if self.offset > 1 else str(round(minor))

    @property
    def spend(self) -> float:
        """Major units."""
        return self[Metric.SPEND] / self.offset


def ratio(top: float, bottom: float | None) -> str | None:
    """A quotient with up to six decimals; None where there is nothing to divide by."""
    return f"{top / bottom:.6f}".rstrip("0").rstrip(".") if bottom else None


def price(c: Cell, metric: Metric) -> str | None:
    """Spend per one of the metric, in major units."""
    return ratio(c.spend, c[metric])


def count(c: Cell, metric: Metric) -> str | None:
    """A count as text; None for none, which Meta leaves out."""
    return str(c[metric]) if c[metric] else None


def only(action: str, value: str | None) -> Stats | None:
    """A list of one entry; None where it has no value."""
    return [{"action_type": action, "value": value}] if value else None
