"""Fields whose past days and hours are kept."""

from intelligence.metrics.catalog import Field

KEPT = frozenset({"sums", "ratios"})


def is_kept(field: Field) -> bool:
    """A sum or a ratio; a metric of one's own if all of its parts are, over the window that was asked for."""
    if field.formula is None:
        return field.family in KEPT
    return all(is_kept(part) and part.window == field.window for part in field.formula.fields)
