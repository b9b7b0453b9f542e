"""Action kinds, one a file. Adding one: write the file, list it here (docs/adding/kind.md)."""

from optimization.kinds.activate import ACTIVATE
from optimization.kinds.base import FieldChange, Headline, Kind, Refusal
from optimization.kinds.decrease_budget import DECREASE_BUDGET
from optimization.kinds.increase_budget import INCREASE_BUDGET
from optimization.kinds.notify_only import NOTIFY_ONLY
from optimization.kinds.pause import PAUSE
from optimization.kinds.set_budget import SET_BUDGET
from optimization.models import Action

ALL: tuple[Kind, ...] = (PAUSE, ACTIVATE, INCREASE_BUDGET, DECREASE_BUDGET, SET_BUDGET, NOTIFY_ONLY)
KINDS: dict[str, Kind] = {kind.key: kind for kind in ALL}
if len(KINDS) != len(ALL):
    raise RuntimeError("two action kinds share a key")


def describe(action: Action) -> Headline:
    """The action in one line: verb, object and the change itself."""
    return KINDS[action.kind].headline(action)


__all__ = ["ALL", "KINDS", "FieldChange", "Headline", "Kind", "Refusal", "describe"]
