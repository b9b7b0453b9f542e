"""The moments at which a reading was found unchanged, four bytes each: seconds after `read_at`, ascending.

They are what tells how fresh the data were at a past moment: the last confirmation alone would claim that a reading
confirmed at 13:00 had been confirmed at 12:30 already.
"""

from bisect import bisect_right
from datetime import datetime, timedelta

import numpy as np

_SECONDS = np.dtype("<u4")


def with_confirmation(held: bytes | memoryview, read_at: datetime, moment: datetime) -> bytes:
    """The bytes with `moment` added; the reading's own moment, or one already there, adds nothing."""
    seconds = round((moment - read_at).total_seconds())
    known = _read(held)
    if seconds <= 0 or seconds in known:
        return bytes(held)
    return np.array(sorted({*known, seconds}), dtype=_SECONDS).tobytes()


def confirmed_by(held: bytes | memoryview, read_at: datetime, confirmed_at: datetime, known_at: datetime) -> datetime:
    """When the reading was last found to hold, as known at `known_at` (not before `read_at`)."""
    if confirmed_at <= known_at:
        return confirmed_at
    known = _read(held)
    place = bisect_right(known, (known_at - read_at).total_seconds())
    return read_at + timedelta(seconds=known[place - 1]) if place else read_at


def _read(held: bytes | memoryview) -> list[int]:
    return [int(seconds) for seconds in np.frombuffer(bytes(held), dtype=_SECONDS)]
