"""What a worker holds while it carries out an action."""

from dataclasses import dataclass
from datetime import timedelta

from metaads.executor import Change, Claim
from optimization.models import Action

RETRY = timedelta(seconds=15)
TOKEN_RETRY = timedelta(minutes=10)


@dataclass(frozen=True)
class Held:
    """An action and this worker's claim on its journal step."""

    action: Action
    claim: Claim

    @property
    def change(self) -> Change:
        return self.claim.change
