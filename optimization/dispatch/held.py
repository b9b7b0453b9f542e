"""What a worker holds while it carries out one write of an action."""

from dataclasses import dataclass
from datetime import timedelta

from metaads.executor import Change, Claim
from optimization.dispatch.course import Part
from optimization.models import Action

RETRY = timedelta(seconds=15)
TOKEN_RETRY = timedelta(minutes=10)
LONGEST_RETRY = timedelta(minutes=15)


@dataclass(frozen=True)
class Held:
    """An action, the part of it that is carried out now, and this worker's claim on that part's journal step."""

    action: Action
    part: Part
    claim: Claim

    @property
    def change(self) -> Change:
        return self.claim.change

    @property
    def backoff(self) -> timedelta:
        """After a passing fault: doubled with every attempt of this step."""
        doubled: timedelta = RETRY * 2 ** min(self.claim.attempts - 1, 10)
        return min(doubled, LONGEST_RETRY)
