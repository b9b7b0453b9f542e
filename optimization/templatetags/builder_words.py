"""What the builder's and the gallery's templates need beside `face`."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def under(found: Mapping[str, Any], key: str) -> Any:
    """What a mapping holds under a key that is itself a value; None if nothing."""
    return found.get(key)
