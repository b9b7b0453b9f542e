"""What lies over a whole account for a while: factors on its delivery, and the happenings that bring them."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Conditions:
    """Factors on one step, 1 where nothing is special.

    `volume`: of the money that finds an auction; `price`: of CPM; `clicks`: of the click rate; `sales`: of the
    conversion rate; `order`: of the order value; `visits`: of clicks that reach the shop; `heard`: of what happens
    there that Meta's pixel receives.
    """

    volume: float = 1.0
    price: float = 1.0
    clicks: float = 1.0
    sales: float = 1.0
    order: float = 1.0
    visits: float = 1.0
    heard: float = 1.0

    def __mul__(self, other: "Conditions") -> "Conditions":
        return Conditions(*(getattr(self, f.name) * getattr(other, f.name) for f in fields(self)))


CALM = Conditions()


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that comes over an account. Unix seconds, `end` excluded; `strength` means what its kind says.

    `restored`: when purchases that went unheard are filled in after all; None = never.
    """

    kind: str
    start: int
    end: int
    strength: float
    restored: int | None = None

    def __post_init__(self) -> None:
        if self.end <= self.start or not 0 <= self.strength <= 10:
            raise ValueError("a happening ends after it starts, and its strength lies between 0 and 10")
        if self.restored is not None and self.restored < self.end:
            raise ValueError("purchases are filled in after the outage, not before its end")
