"""Reading given days again, because a person asked for it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from intelligence.collect.due import ranges
from intelligence.collect.insights import CollectResult, note_problem, read_range
from intelligence.metrics import windows
from metaads import switch
from metaads.graph.client import client_for
from metaads.graph.errors import MetaError
from metaads.models import AdAccount


def again(account: AdAccount, since: date, until: date, now: datetime, levels: Sequence[str]) -> CollectResult:
    """Reads the account days since..until (both included, none after today) of these levels. Raises SwitchedOff."""
    switch.require(switch.COLLECTION)
    result = CollectResult(account.pk)
    last = min(until, windows.local_day(now, account.zone))
    days = [since + timedelta(days=n) for n in range((last - since).days + 1)]
    client = client_for(account)
    for level in levels:
        try:
            for span in ranges(days):
                read_range(client, account, level, span, now, result)
        except MetaError as error:
            note_problem(account, [level], str(error), result)
    return result
