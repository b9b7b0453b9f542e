"""Troubles that Meta attaches to an object (`issues_info`, reference 3.6), each with its code and what it stops."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """`hard` issues stop delivery (WITH_ISSUES); a soft one lets `share` of the budget through."""

    code: int
    summary: str
    message: str
    hard: bool
    share: float = 0.0


KNOWN: dict[str, Issue] = {
    "flagged_audience": Issue(
        2_460_003, "Audience flagged", "A custom audience of this ad set may not follow our terms.", False, 0.6
    ),
    "flagged_conversion": Issue(
        2_460_004, "Custom conversion flagged", "A custom conversion may not follow our terms.", False, 0.6
    ),
    "failed_processing": Issue(
        567, "Could not be processed", "Something went wrong while this was prepared for delivery. Edit it.", True
    ),
}


def share(issue: str) -> float:
    """Part of the budget that can be spent with this issue ("" for none): 1, less, or 0."""
    if not issue:
        return 1.0
    return KNOWN[issue].share


def is_hard(issue: str) -> bool:
    """Whether it stops delivery altogether."""
    return bool(issue) and KNOWN[issue].hard
