"""How moments and spans are said, everywhere: `21 Nov, 14:05 CET`, `24 min`."""

from datetime import datetime, tzinfo


def moment(value: datetime, zone: tzinfo) -> str:
    """`value` is aware; day, month, time of day and the name of the zone."""
    local = value.astimezone(zone)
    return f"{local.day} {local:%b, %H:%M %Z}"


def lasting(hours: float) -> str:
    """A span as a person says it: `less than a minute`, `24 min`, `2 h 20 min`, `14 h`, `3 days`."""
    minutes = round(hours * 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 6 * 60:
        whole, rest = divmod(minutes, 60)
        return f"{whole} h {rest} min" if rest else f"{whole} h"
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
