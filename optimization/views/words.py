"""How the pages say numbers, times and changes. Pure; nothing here reads the database."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from metaads.graph.money import amount_text, money_text
from metaads.models import AdAccount
from metaads.moments import moment as moment_in

UNKNOWN = "no data"


def utc(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def moment(value: datetime, account: AdAccount | None) -> str:
    """`21 Nov, 14:05 CET` in the account's zone, in UTC without one."""
    return moment_in(value, account.zone if account else UTC)


def span(value: timedelta) -> str:
    """A span in the largest unit that says enough: `40 s`, `4 min`, `3 h`, `2 days`."""
    seconds = max(0, int(value.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} days"


def ago(then: datetime | None, now: datetime) -> str:
    """`4 min ago`; `never` for None."""
    if then is None:
        return "never"
    return "just now" if now - then < timedelta(seconds=5) else f"{span(now - then)} ago"


def money(minor: int | None, currency: str) -> str:
    """From minor units: `84.00 EUR`."""
    return UNKNOWN if minor is None else money_text(minor, currency)


def known(value: float | Decimal | None) -> bool:
    return value is not None and not math.isnan(value)


def amount(value: Decimal | float | None, currency: str) -> SafeString:
    """From major units: `12.4k EUR` with the exact amount on its title."""
    if value is None or not known(value):
        return format_html('<span class="hush">{}</span>', UNKNOWN)
    exact = amount_text(Decimal(str(value)), currency)
    number, _, unit = exact.rpartition(" ")
    size = abs(float(value))
    shown = f"{float(value) / 1e6:.2f}M" if size >= 1e6 else f"{float(value) / 1e3:.1f}k" if size >= 1e5 else number
    return format_html('<span title="{}" class="nowrap">{} <span class="unit">{}</span></span>', exact, shown, unit)


def ratio(value: float | None) -> str:
    """ROAS: `2.64x`."""
    return UNKNOWN if value is None or not known(value) else f"{value:.2f}x"


@dataclass(frozen=True)
class Delta:
    """A change against a named period. `tone`: good, bad or flat; `arrow` repeats what the colour says."""

    text: str
    arrow: str
    tone: str
    period: str


def delta(value: float | None, before: float | None, period: str, *, more_is: str = "good") -> Delta | None:
    """Relative change in percent; None when either side is unknown or there was nothing before.

    `more_is`: good, bad, or flat (neither)."""
    if value is None or before is None or not known(value) or not known(before) or before == 0:
        return None
    percent = (value - before) / abs(before) * 100
    if abs(percent) < 0.5:
        return Delta("unchanged", "", "flat", period)
    other = {"good": "bad", "bad": "good"}.get(more_is, "flat")
    sign, arrow, tone = ("+", "▲", more_is) if percent > 0 else ("−", "▼", other)
    return Delta(f"{sign}{abs(percent):,.0f} %", arrow, tone, period)


def plain_amount(value: float, currency: str) -> str:
    """From major units, exact to the currency's decimals, without markup."""
    return amount_text(Decimal(str(round(value, 4))), currency)


def short(value: float) -> str:
    """For an axis: `1.2k`, `350`, `0.5`."""
    size = abs(value)
    if size >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value / 1e3:g}k" if size >= 1e4 else f"{value:,.10g}"
