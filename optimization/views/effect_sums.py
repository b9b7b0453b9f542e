"""What changes saved and gained altogether, in words: for the dashboard and the rules' pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from optimization.outcomes.sums import Sums
from optimization.views.impact import signed


@dataclass(frozen=True)
class Worth:
    """Of one currency."""

    figure: str
    note: str


def effect_lines(sums: Mapping[str, Sums]) -> list[Worth]:
    """What is sure, large, and under it its parts and what cannot be told."""
    return [_worth(currency, one) for currency, one in sums.items()]


def _worth(currency: str, one: Sums) -> Worth:
    parts = (sums_text({currency: one}) if one.sure else "", unsure_text({currency: one}))
    return Worth(signed(one.total, currency) if one.sure else "none sure", ". ".join(part for part in parts if part))


def sums_text(sums: Mapping[str, Sums]) -> str:
    """ "120.00 EUR saved, 30.00 EUR gained": of each currency; empty while nothing is measured."""
    return "; ".join(
        f"{signed(one.saved, currency)} saved, {signed(one.gained, currency)} gained"
        for currency, one in sums.items()
        if one.measured
    )


def unsure_text(sums: Mapping[str, Sums]) -> str:
    """What cannot be told, with its sum."""
    return "; ".join(
        f"{signed(one.cannot_tell, currency)} of {one.unsure} change{'' if one.unsure == 1 else 's'} cannot be told"
        for currency, one in sums.items()
        if one.unsure
    )
