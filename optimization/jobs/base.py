"""What a kind of job is: parameters that are checked when it is asked for, and work that tells how far it is."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from metaads.models import AdAccount

Tell = Callable[[float, str], None]
"""(share done from 0 to 1, what it does now). Call it often: it raises `Cancelled` when the work is to end."""


class JobError(Exception):
    """Base: `str(error)` says what is wrong and what to do."""


class JobRefused(JobError):
    """It cannot be started like this. `field` names the parameter, "" = none of them."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


class JobFailed(JobError):
    """It began and cannot be finished; the text is shown to the person who asked."""


class Cancelled(JobError):
    """Somebody asked for its end, or another worker has taken it up."""


class JobParameters(BaseModel):
    """JSON in and out; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class JobKind:
    """Base of all kinds of job."""

    key: ClassVar[str]
    label: ClassVar[str]
    Parameters: ClassVar[type[JobParameters]]

    def check(self, account: AdAccount, parameters: Any, now: datetime) -> None:
        """Raises JobRefused for what could never be done; `parameters` is an instance of `Parameters`."""

    def run(self, account: AdAccount, parameters: Any, now: datetime, tell: Tell) -> dict[str, Any]:
        """The result as JSON. Writes nothing but what it answers. Raises JobFailed; lets `Cancelled` through."""
        raise JobFailed(f"{self.label} does nothing yet.")  # every kind overrides this
