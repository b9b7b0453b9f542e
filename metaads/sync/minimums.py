"""The least daily budgets that Meta accepts, in the account's own currency."""

from datetime import datetime

from metaads import switch
from metaads.graph.budget import Priority
from metaads.graph.client import client_for
from metaads.models import AdAccount
from metaads.reader.structure import read_minimum_budgets
from metaads.sync import fields

# Meta's names, without the common beginning: what they go with is in reference 6.2.
NAMES = ("imp", "high_freq", "low_freq", "video_views")


def sync_minimums(account: AdAccount, now: datetime) -> str:
    """Stores the row of the account's currency; Meta lists all currencies. Unit: Meta's minor unit (assumed, 12).

    Raises metaads.graph.errors and switch.SwitchedOff. `now` is not needed: the values hold until Meta changes them.
    """
    switch.require(switch.COLLECTION)
    for page in read_minimum_budgets(client_for(account, priority=Priority.RESTATE), account):
        for raw in page:
            if raw.get("currency") == account.currency:
                found = {name: fields.budget(raw.get(f"min_daily_budget_{name}")) for name in NAMES}
                account.minimum_budgets = {name: value for name, value in found.items() if value is not None}
                account.save(update_fields=["minimum_budgets"])
                return f"least budgets of {account.currency}"
    return f"Meta lists no least budgets for {account.currency}"
