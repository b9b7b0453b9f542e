"""What the parts of a native rule share while they are read: problems, notes, Meta's numbers, and money.

Meta's money is in minor units here (reference 2.1: `spent` 1000 = 10.00 USD).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from metaads.graph.money import from_minor
from metaads.models import NativeRule

Raw = Mapping[str, Any]


@dataclass
class Reading:
    """One native rule being read. `problems`: what cannot be said exactly; `notes`: what a person should know."""

    native: NativeRule
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def currency(self) -> str:
        return self.native.account.currency

    def fault(self, text: str) -> None:
        if text not in self.problems:
            self.problems.append(text)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def number(self, raw: object, what: str) -> Decimal | None:
        """A plain number, perhaps as text or alone in a list; None after telling the problem."""
        one = raw[0] if isinstance(raw, list) and len(raw) == 1 else raw
        try:
            value = Decimal(str(one)) if isinstance(one, int | float | str) and not isinstance(one, bool) else None
        except InvalidOperation:
            value = None
        if value is None or not value.is_finite():
            self.fault(f"{what}: {raw!r} is no number.")
            return None
        return value

    def money(self, raw: object, what: str) -> Decimal | None:
        """Minor units as Meta gives them -> major units."""
        minor = self.number(raw, what)
        if minor is not None and minor != minor.to_integral_value():
            self.fault(f"{what}: {raw!r} is no amount in whole minor units.")
            return None
        return None if minor is None else from_minor(int(minor), self.currency)


def mapping(raw: object) -> Raw:
    return raw if isinstance(raw, Mapping) else {}


def entries(raw: object) -> list[Raw]:
    """The mappings of a list."""
    return [one for one in raw if isinstance(one, Mapping)] if isinstance(raw, list) else []


def listed(raw: object) -> list[str]:
    """A value that is one text or a list of them."""
    values = raw if isinstance(raw, list) else [raw]
    return [str(one) for one in values if isinstance(one, str | int) and not isinstance(one, bool)]


def plain_number(value: Decimal) -> int | float:
    """As JSON has it."""
    return int(value) if value == value.to_integral_value() else float(value)
