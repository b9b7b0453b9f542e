"""Money in Meta's minor unit. Never a float: integers (minor) or Decimal (major).

Meta's minor unit is not ISO 4217: the offset is 100 for every currency it supports but eleven, where it is 1
(source: Meta's page "currencies"; HUF, IDR, COP, CRC, TWD differ from ISO on purpose, so do BHD and JOD).
"""

from decimal import ROUND_HALF_UP, Decimal

_WHOLE = frozenset({"CLP", "COP", "CRC", "HUF", "ISK", "IDR", "JPY", "KRW", "PYG", "TWD", "VND"})


def offset(currency: str) -> int:
    """How many minor units make one major unit: 1 or 100."""
    return 1 if currency.upper() in _WHOLE else 100


def to_minor(amount: Decimal, currency: str) -> int:
    """Major unit -> minor unit, rounded half up to a whole number."""
    return int((amount * offset(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def from_minor(minor: int, currency: str) -> Decimal:
    """Minor unit -> major unit, exact, with as many decimals as the currency has at Meta."""
    if offset(currency) == 1:
        return Decimal(minor)
    return (Decimal(minor) / 100).quantize(Decimal("0.01"))


def money_text(minor: int, currency: str) -> str:
    """For people, from minor units: "8,400.00 EUR", "8,400 JPY"."""
    return amount_text(from_minor(minor, currency), currency)


def amount_text(amount: Decimal, currency: str) -> str:
    """For people, from major units, rounded half up to the currency's decimals."""
    return f"{from_minor(to_minor(amount, currency), currency):,} {currency.upper()}"
