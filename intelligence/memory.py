"""Giving memory back to the machine after work on a large account.

The C library keeps what Python freed for the next time: a worker that once looked at 10,000 ads would hold 100 MB more
for ever, and each of its steps would begin on top of what the one before had needed.
"""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

LARGE = 2_000
"""Rows from which on it is worth the milliseconds."""


def give_back(rows: int) -> None:
    """After work on so many rows. Where the C library has no such call, nothing happens."""
    if rows >= LARGE and (trim := _trim()) is not None:
        trim(0)


@contextmanager
def collector_paused() -> Iterator[None]:
    """While thousands of small objects are made that all stay until they are stored: looking for circles among them
    and all of Django again and again costs a fifth of the time and finds nothing. Reference counts go on freeing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@lru_cache(maxsize=1)
def _trim() -> "ctypes._NamedFuncPointer | None":
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return None
