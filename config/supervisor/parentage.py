"""Children that die with their parent (Linux). Elsewhere a killed parent leaves orphans, as on any system."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None
_forking: list[int] = []


def die_with_parent(parent: int | None = None) -> None:
    """Asks the kernel to SIGKILL this process when `parent` (a pid) ends, and ends at once if it already has.

    Runs between fork and exec. Without the second look (`parent` None) a parent that died between fork and this call
    would never be noticed.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def let_forks_die_with_us() -> None:
    """Every process forked from here on dies with its parent: a queue's workers never outlive their sentinel."""
    os.register_at_fork(before=_note_parent, after_in_child=_die_with_noted_parent)


def _note_parent() -> None:
    _forking[:] = [os.getpid()]


def _die_with_noted_parent() -> None:
    die_with_parent(_forking[0])
