"""What the executor is asked to do, and what a worker holds while it does it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metaads.models import AdAccount, JournalStep

Op = JournalStep.Op


@dataclass(frozen=True)
class Change:
    """One absolute value for one field of one object, or one object to be copied or created.

    Values as `executor.fields` has them: budgets are integers in the minor unit, a status is Meta's word, bid and
    targeting are mappings. Where an object is made, `entity_id` is what is copied or the parent ("" = the account),
    `name` its name for people, `marker` the ending of its name by which a repeat finds it, and `params` what else is
    sent; `field`, `old` and `new` are then empty.
    """

    account: AdAccount
    level: str
    entity_id: str
    field: str
    old: Any
    new: Any
    op: str = Op.SET
    name: str = ""
    marker: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def makes(self) -> bool:
        """An object comes of it: sending it twice would not be harmless."""
        return self.op != Op.SET


@dataclass(frozen=True)
class Claim:
    """A worker's hold on a journal step. `fence` makes every later statement of a worker that lost it harmless.

    `was` is the state it was claimed from, `takeover` that an expired lease was taken from another worker. `made_id`:
    what Meta answered to an earlier request of this step, not yet seen there.
    """

    key: str
    step_id: int
    change: Change
    fence: int
    sent: int
    was: str
    takeover: bool
    attempts: int = 1
    made_id: str = ""

    @property
    def maybe_sent(self) -> bool:
        """A request of an earlier claim may have reached Meta, or may still be on the wire."""
        return self.sent > 0 and self.was in {JournalStep.State.CLAIMED, JournalStep.State.UNCERTAIN}
