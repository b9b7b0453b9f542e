"""Typed readers of the environment. An odd value stops the start with a message that names the variable."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)


def text(name: str, default: str = "") -> str:
    """A text; empty counts as not given, so that a line `NAME=` in `.env` means the default."""
    given: str = env.str(name, default="")
    return given.strip() or default


def switch(name: str, default: bool) -> bool:
    """`true` or `false` (also 1/0, yes/no, on/off); anything else is refused, for a typo must not turn money on."""
    raw = text(name).lower()
    if raw == "":
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={raw!r} is neither true nor false. Write true or false.")


def number(name: str, default: float, low: float, high: float) -> float:
    """A number inside [low, high]; outside, the start is refused."""
    raw = text(name)
    if raw == "":
        return default
    try:
        value = float(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a number. Write one from {low} to {high}.") from None
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name}={raw} is outside {low} to {high}.")
    return value


def whole(name: str, default: int, low: int, high: int) -> int:
    """A whole number inside [low, high]."""
    value = number(name, default, low, high)
    if value != int(value):
        raise ImproperlyConfigured(f"{name}={value} is not a whole number.")
    return int(value)


def span_of_hours(name: str, default: str) -> tuple[int, int]:
    """Hours of a day as "18-22": from 18:00 until 22:00. It may pass midnight ("22-2")."""
    raw = text(name, default)
    first, _, last = raw.partition("-")
    if not (first.isdigit() and last.isdigit() and int(first) < 24 and int(last) <= 24 and first != last):
        raise ImproperlyConfigured(f"{name}={raw!r} is no span of hours. Write it as 18-22.")
    return int(first), int(last)


def is_set(name: str) -> bool:
    """Whether the variable is given explicitly: an explicit limit binds everywhere, a default does not."""
    return text(name) != ""
