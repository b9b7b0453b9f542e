"""Action kinds, one a file. Adding one: write the file, list it here (docs/adding/kind.md)."""

from optimization.kinds.activate import ACTIVATE
from optimization.kinds.adjust_audience import ADJUST_AUDIENCE
from optimization.kinds.adjust_bid import ADJUST_BID
from optimization.kinds.base import FieldChange, Headline, Kind, Refusal
from optimization.kinds.call_webhook import CALL_WEBHOOK
from optimization.kinds.create_ad_set import CREATE_AD_SET
from optimization.kinds.create_campaign import CREATE_CAMPAIGN
from optimization.kinds.create_creative import CREATE_CREATIVE
from optimization.kinds.decrease_budget import DECREASE_BUDGET
from optimization.kinds.duplicate import DUPLICATE
from optimization.kinds.increase_budget import INCREASE_BUDGET
from optimization.kinds.notify_only import NOTIFY_ONLY
from optimization.kinds.pause import PAUSE
from optimization.kinds.reallocate import REALLOCATE
from optimization.kinds.rotate import ROTATE
from optimization.kinds.scale_by_target import SCALE_BY_TARGET
from optimization.kinds.set_bid_strategy import SET_BID_STRATEGY
from optimization.kinds.set_budget import SET_BUDGET
from optimization.models import Action

ALL: tuple[Kind, ...] = (
    *(PAUSE, ACTIVATE, INCREASE_BUDGET, DECREASE_BUDGET, SET_BUDGET, SCALE_BY_TARGET),
    *(ADJUST_BID, SET_BID_STRATEGY, ADJUST_AUDIENCE),
    *(REALLOCATE, ROTATE, DUPLICATE, CREATE_CAMPAIGN, CREATE_AD_SET, CREATE_CREATIVE),
    *(NOTIFY_ONLY, CALL_WEBHOOK),
)
KINDS: dict[str, Kind] = {kind.key: kind for kind in ALL}
if len(KINDS) != len(ALL):
    raise RuntimeError("two action kinds share a key")


def describe(action: Action) -> Headline:
    """The action in one line: verb, object and the change itself."""
    return KINDS[action.kind].headline(action)


__all__ = ["ALL", "KINDS", "FieldChange", "Headline", "Kind", "Refusal", "describe"]
