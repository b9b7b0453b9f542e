"""Rough exchange rates, shipped and dated: they turn shipped dollar thresholds into an account's currency, once.

The result is shown to a person, editable and kept; nothing that is measured or spent is ever converted with these.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

RATES_DATED = date(2025, 6, 30)

# Units of the currency that one US dollar buys, to about two digits: the use above needs no more.
_TABLE = """
AED=3.67 ARS=1190 AUD=1.52 BDT=122 BGN=1.67 BHD=0.377 BOB=6.9 BRL=5.45 CAD=1.36 CHF=0.80 CLP=930 CNY=7.17 COP=4080
CRC=505 CZK=21.0 DKK=6.33 DZD=130 EGP=49.6 EUR=0.85 GBP=0.73 GTQ=7.7 HKD=7.85 HNL=26.1 HUF=340 IDR=16200 ILS=3.37
INR=85.7 ISK=121 JOD=0.71 JPY=144 KES=129 KRW=1350 KZT=520 LBP=89500 LKR=300 MAD=9.0 MOP=8.08 MXN=18.8 MYR=4.21
NGN=1540 NIO=36.8 NOK=10.1 NZD=1.64 PEN=3.54 PHP=56.3 PKR=284 PLN=3.61 PYG=7980 QAR=3.64 RON=4.31 RSD=100 RUB=78
SAR=3.75 SEK=9.5 SGD=1.27 THB=32.5 TRY=39.8 TWD=29.2 TZS=2640 UAH=41.7 USD=1 UYU=40.2 VES=107 VND=26100 ZAR=17.7
"""
# Units of the currency that one US dollar buys, to about two digits: the use above needs no more.
PER_USD: dict[str, Decimal] = {code: Decimal(rate) for code, rate in (pair.split("=") for pair in _TABLE.split())}

_FRIENDLY = tuple(Decimal(step) for step in ("1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10"))


class UnknownCurrency(ValueError):
    """The shipped table has no rate for a currency: a person must enter the amounts."""


def friendly(amount: Decimal) -> Decimal:
    """The nearest of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten. Zero stays zero."""
    if amount <= 0:
        return Decimal(0)
    power = Decimal(10) ** amount.adjusted()
    best = min(_FRIENDLY, key=lambda step: abs(amount / power - step))
    return (best * power).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def from_usd(amount: Decimal, currency: str) -> Decimal:
    """Major units of `currency` worth about `amount` US dollars, as a friendly figure; dollars stay as they are.

    Raises UnknownCurrency.
    """
    code = currency.upper()
    if code == "USD":
        return amount
    if code not in PER_USD:
        raise UnknownCurrency(f"No exchange rate for {code} is shipped; enter the amounts of this account by hand.")
    return friendly(amount * PER_USD[code])
