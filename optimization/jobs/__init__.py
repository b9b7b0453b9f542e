"""Long work that people ask for (back-tests, simulations): queued, with progress, ended when asked."""

from optimization.jobs.base import Cancelled, JobError, JobFailed, JobKind, JobRefused, Tell
from optimization.jobs.kinds import KINDS
from optimization.jobs.selectors import visible_jobs
from optimization.jobs.services import cancel, look, run, start

__all__ = [
    "KINDS",
    "Cancelled",
    "JobError",
    "JobFailed",
    "JobKind",
    "JobRefused",
    "Tell",
    "cancel",
    "look",
    "run",
    "start",
    "visible_jobs",
]
