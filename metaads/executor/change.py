"""What the executor is asked to do, and what a worker holds while it does it."""

from dataclasses import dataclass

from metaads.models import AdAccount, JournalStep


@dataclass(frozen=True)
class Change:
    """One absolute value for one field of one object. Budgets: integers in the minor unit; status: Meta's word."""

    account: AdAccount
    level: str
    entity_id: str
    field: str
    old: int | str
    new: int | str


@dataclass(frozen=True)
class Claim:
    """A worker's hold on a journal step. `fence` makes every later statement of a worker that lost it harmless.

    `was` is the state it was claimed from, `takeover` that an expired lease was taken from another worker.
    """

    key: str
    step_id: int
    change: Change
    fence: int
    sent: int
    was: str
    takeover: bool

    @property
    def maybe_sent(self) -> bool:
        """A request of an earlier claim may have reached Meta, or may still be on the wire."""
        return self.sent > 0 and self.was in {JournalStep.State.CLAIMED, JournalStep.State.UNCERTAIN}
