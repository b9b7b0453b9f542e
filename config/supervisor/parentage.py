"""Children that die with their parent (Linux). Elsewhere a killed parent leaves orphans, as on any system."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None


def die_with_parent() -> None:
    """Asks the kernel to SIGKILL this process when its parent ends. Runs between fork and exec: no allocation games."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def let_forks_die_with_us() -> None:
    """Every process forked from here on dies with its parent: a queue's workers never outlive their sentinel."""
    os.register_at_fork(after_in_child=die_with_parent)
