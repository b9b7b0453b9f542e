"""Which of Meta's action types is an account's result."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from metaads.models import AdAccount

PURCHASE: tuple[str, ...] = ("omni_purchase", "offsite_conversion.fb_pixel_purchase", "purchase")
"""Meta's overlapping names for a purchase: the first that has a value is taken, they are never added up."""


def result_types(account: AdAccount) -> tuple[str, ...]:
    """The action types to look for, in order: the account's own choice alone, else Meta's names of a purchase."""
    return (account.conversion_action_type,) if account.conversion_action_type else PURCHASE


def first_of(types: Sequence[str], counts: Mapping[str, Decimal]) -> str | None:
    """The first of `types` that has a value other than zero; None if none has."""
    return next((kind for kind in types if counts.get(kind)), None)
