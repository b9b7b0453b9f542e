"""The spending limit of an account: how it is changed, and how often that happened today."""

from metaads.sandbox.world import activity
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import Metric

_EVENTS = ("ad_account_update_spend_limit", "ad_account_remove_spend_limit", "ad_account_reset_spend_limit")


def spent(account: Account) -> int:
    """All that the account has spent, in minor units."""
    return int(account.daily[: account.days, :, Metric.SPEND].sum())


def set_limit(account: Account, at: int, limit: int, reset: bool, seed: int) -> None:
    """`limit` in minor units, 0 = none. With `reset` only what is spent from now on counts against it."""
    health, who = account.health, activity.system_user(seed)
    extra = {"old_value": health.spend_cap, "new_value": limit}
    event = _EVENTS[2] if reset else _EVENTS[0] if limit else _EVENTS[1]
    if reset or not limit:
        health.cap_from = spent(account)
    health.spend_cap = limit
    activity.log_account(account, at, event, extra, who)


def changes_today(account: Account, at: int) -> int:
    """How often the limit was changed on the account's own day."""
    today = account.local(at).date()
    changes = (row for row in reversed(account.activities) if row.event_type in _EVENTS)
    return sum(1 for row in changes if account.local(row.at).date() == today)
