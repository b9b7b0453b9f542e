"""Half an hour after: did it take effect at Meta, and is anything odd?"""

from datetime import datetime, timedelta

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.days import Days
from intelligence.metrics.entities import bare
from intelligence.metrics.known import around
from intelligence.metrics.source import conversion_types
from metaads.graph.errors import MetaError
from metaads.switch import SwitchedOff
from optimization.dispatch.look import Seen, look
from optimization.models import Action, Effect
from optimization.outcomes.effects import Result, unknown
from optimization.value_words import value_text

PATIENCE = timedelta(hours=3)
TROUBLE = {
    "DISAPPROVED": "Meta has rejected the ad.",
    "WITH_ISSUES": "Meta reports a delivery error.",
    "PENDING_BILLING_INFO": "Meta waits for billing information.",
    "ACCOUNT_PAUSED": "The ad account is paused.",
}
STOPPED = frozenset({"PAUSED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "ARCHIVED", "DELETED"})
SETTLED = timedelta(minutes=20)
"""Meta's figures are up to 15 minutes old (reference 4.2), so spend seen until then may have come before."""
METHOD = "read at Meta"


def check(action: Action, now: datetime) -> Result | None:
    """None: Meta cannot be read at the moment, ask again later."""
    try:
        seen = look(action)
    except (MetaError, SwitchedOff) as error:
        late = action.executed_at is not None and now > action.executed_at + PATIENCE
        return unknown(f"Meta could not be read: {error}") if late else None
    odd = [words for one in seen for words in _odd(action, one)]
    odd += _spends_on(action, now)
    if odd:
        return Result(Effect.ODD, " ".join(dict.fromkeys(odd)), method=METHOD)
    if any(one.there is None for one in seen):
        return unknown("Meta did not tell the present value.")
    return Result(Effect.TOOK, "Meta shows what was set.", method=METHOD)


def _odd(action: Action, seen: Seen) -> list[str]:
    found = []
    if seen.there is False:
        shown = value_text(seen.field, seen.value, action.currency)
        found.append(f"Meta shows {shown} and not what was set.")
    if seen.delivery in TROUBLE:
        found.append(TROUBLE[seen.delivery])
    pausing = seen.field == "status" and action.value_final == "PAUSED"
    if pausing and seen.there and seen.delivery and seen.delivery not in STOPPED:
        found.append(f"It is paused, yet Meta calls its delivery {_said(seen.delivery)}.")
    resuming = seen.field == "status" and action.value_final == "ACTIVE"
    if resuming and seen.there and seen.delivery in STOPPED:
        found.append(f"It is on, yet it does not run: Meta calls its delivery {_said(seen.delivery)}.")
    return found


def _said(value: object) -> str:
    return str(value).replace("_", " ").lower()


def _spends_on(action: Action, now: datetime) -> list[str]:
    """What is paused must not spend: compared are two readings after the pause, where there are."""
    at = action.executed_at
    if action.field != "status" or action.value_final != "PAUSED" or at is None:
        return []
    account, day = action.account, windows.local_day(at + SETTLED, action.account.zone)
    early = around(account, action.level, day, at + SETTLED, now)
    late = around(account, action.level, day, now, now)
    if early is None or late is None or early.read_at < at + SETTLED or late.read_at <= early.read_at:
        return []
    ids = np.array([action.entity_id])
    days = Days(ids, {}, 1, bare(ids).born, conversion_types(account))
    before, after = (float(days.of(one.totals).matrix("spend")[0, 0]) for one in (early, late))
    return ["It still spends although it is paused."] if after > before * 1.001 + 0.005 else []
