"""Today's totals of some entities only: those of real-time rules, or what delivers while the rate budget is short.

A partial reading (window "live") says nothing about entities that it does not list, so it never counts as a reading of
the level: freshness stays, hours stay, and only metrics of the entities that it lists see it
(`intelligence.metrics.live`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np

from intelligence.collect.pages import Pages
from intelligence.collect.store import Slot, keep
from intelligence.metrics import windows
from intelligence.totals import Totals
from metaads import switch
from metaads.graph.budget import Priority
from metaads.graph.client import GraphClient, client_for
from metaads.graph.errors import MetaError
from metaads.models import AdAccount
from metaads.reader.narrowed import active, among, read_where

LIVE = "live"
IDS_IN_CALL = 100
MOST = 500
"""Entities of one level that are read by id; more are cheaper to read as a whole, by the hour."""


@dataclass
class LiveResult:
    """Entities that were asked for by level, and what went wrong ("" = nothing)."""

    account_id: int
    asked: dict[str, int] = field(default_factory=dict)
    problem: str = ""

    @property
    def ok(self) -> bool:
        return not self.problem


def collect_live(account: AdAccount, wanted: Mapping[str, Sequence[str]], now: datetime) -> LiveResult:
    """Reads today's totals of these entities (level -> Meta ids, at most MOST a level) at business time `now`.

    Raises SwitchedOff. A failure at Meta is answered; levels read before it are stored.
    """
    switch.require(switch.COLLECTION)
    result = LiveResult(account.pk)
    client, today = client_for(account, priority=Priority.LIVE), windows.local_day(now, account.zone)
    try:
        for level, ids in wanted.items():
            chosen = sorted(set(ids), key=int)[:MOST]
            if chosen:
                keep_live(account, level, today, _read(client, account, level, today, chosen), now)
                result.asked[level] = len(chosen)
    except MetaError as error:
        result.problem = str(error)
    return result


def _read(client: GraphClient, account: AdAccount, level: str, day: date, ids: Sequence[str]) -> Totals:
    pages = Pages(day, day)
    for start in range(0, len(ids), IDS_IN_CALL):
        for page in read_where(client, account, level, day, among(level, ids[start : start + IDS_IN_CALL])):
            pages.add(page)
    return _only(pages.of(day), ids)


def _only(totals: Totals, ids: Sequence[str]) -> Totals:
    """What was asked for. Who was asked for and has no row stays as the last reading of the level has it."""
    mine = np.isin(totals.ids, np.array(sorted(map(int, ids)), dtype=np.int64))
    return Totals(totals.ids[mine], {name: column[mine] for name, column in totals.columns.items()})


def active_first(client: GraphClient, account: AdAccount, level: str, day: date, now: datetime, pages: Pages) -> None:
    """Fills `pages` with the whole level, what delivers first. Raises metaads.graph.errors; if the rest fails, what
    delivers is kept as a partial reading."""
    for page in read_where(client, account, level, day, active(level)):
        pages.add(page)
    try:
        for page in read_where(client, account, level, day, active(level, wanted=False)):
            pages.add(page)
    except MetaError:
        if len(pages.of(day)):
            keep_live(account, level, day, pages.of(day), now)
        raise


def keep_live(account: AdAccount, level: str, day: date, totals: Totals, now: datetime) -> bool:
    """Stores a partial reading; True if it differs from the one before."""
    return keep(Slot(account, level, day, LIVE), totals, now)
