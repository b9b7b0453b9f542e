"""Names of sums as spans of account days: a window, one day, or a window that ended earlier."""

from intelligence.metrics import windows

COUNT = windows.MAX_DAYS + 1
"""Days that a source holds, today included."""


def split_day(name: str) -> tuple[str, str | None, int]:
    """(base, window, last day as days ago). `spend_@3` is one day; `spend_7d@2` the 7 days that ended 2 days ago."""
    head, mark, ago = name.rpartition("@")
    if not mark or not ago.isdigit():
        return (*windows.split(name), 1)
    if head.endswith("_"):
        return head[:-1], "@", int(ago)
    return (*windows.split(head), int(ago))


def offsets_of(window: str, until: int) -> tuple[int, int] | None:
    """First and last day as days ago, None for a window that is not of whole days or reaches too far back."""
    if window == "@":
        return (until, until) if until < COUNT else None
    offsets = windows.day_offsets(window)
    if offsets is None or window not in windows.COMPLETE_DAYS:
        return offsets
    first, last = offsets[0] + until - 1, until
    return (first, last) if first < COUNT else None
