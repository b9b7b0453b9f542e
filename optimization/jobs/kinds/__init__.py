"""Kinds of job, one a file. Adding one: write the file, list it here."""

from optimization.jobs.base import JobKind
from optimization.jobs.kinds.backtest import BACKTEST
from optimization.jobs.kinds.simulate import SIMULATE
from optimization.jobs.kinds.templates import TEMPLATES

ALL: tuple[JobKind, ...] = (BACKTEST, SIMULATE, TEMPLATES)
KINDS: dict[str, JobKind] = {kind.key: kind for kind in ALL}
if len(KINDS) != len(ALL):
    raise RuntimeError("two kinds of job share a key")

__all__ = ["ALL", "KINDS"]
