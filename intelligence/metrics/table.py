"""The metrics table: frames of one account and level, built from mirror and readings, stored once a tick."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from intelligence.columns import pack, unpack
from intelligence.memory import give_back
from intelligence.metrics.entities import DELIVERING, Entities, born_days_ago
from intelligence.metrics.families.sums import BASES
from intelligence.metrics.frame import Frame, Numbers, Texts
from intelligence.metrics.known import read_until
from intelligence.metrics.lazy import LazyColumns
from intelligence.metrics.mirror import Mirror, chosen, learning_phase, read_mirror
from intelligence.metrics.source import SINCE_CONVERSION, Source
from intelligence.metrics.state import ages, budget_use
from intelligence.metrics.states import Past, keep_states, targets_of
from intelligence.metrics.targets import target_columns
from intelligence.models import StoredFrame
from metaads.models import AdAccount, Level
from metaads.prepared import Prepared, upsert

STORED_WINDOWS: tuple[str, ...] = ("1h", "24h", "today", "yesterday", "3d", "7d", "14d", "30d")
STORED: tuple[str, ...] = (SINCE_CONVERSION, *(f"{base}_{window}" for base in BASES for window in STORED_WINDOWS))
"""What a stored frame holds beside the state: some 75 bytes an entity, so 350 entities hourly are 20 MB a month."""
BESIDE: tuple[str, ...] = tuple(f"{base}_28d" for base in BASES)
"""What a new frame tells at once as well, for the rules of its tick: a standard window that is not stored."""
_IDS = "ids"


def build_frame(account: AdAccount, level: str, now: datetime, known_at: datetime | None = None) -> Frame:
    """One row an entity that is not deleted, as known at `known_at` (default `now`; both aware UTC).

    Without `known_at` state (status, budgets, names) and targets are those of the mirror now. With it they are those
    of then as well, from the states kept at each tick; where none is that old, they are today's. The currency, the zone
    and the choice of the result are the account's of today. Windows not held are computed when asked for.
    """
    past = None if known_at is None else Past(account, known_at)
    mirror = _mirror(account, level, past)
    held = _state(account, level, mirror, now)
    entities = _entities(mirror.ids, held, now, account)
    people = past.entities if past else None
    make = partial(Source, account, level, entities, now, known_at or now, people=people)
    source = make()
    held.update(budget_use(mirror, _sum(source, "spend_today"), _sum(source, "spend_yesterday"), now, account.zone))
    return Frame(account.pk, level, now, source.read_at, mirror.ids, LazyColumns(held, make, source))


def _mirror(account: AdAccount, level: str, past: Past | None) -> Mirror:
    then = past.mirror(level) if past else None
    return read_mirror(account, level) if then is None else chosen(then, np.isnan(then.times["deleted"]))


def _state(account: AdAccount, level: str, mirror: Mirror, now: datetime) -> dict[str, Numbers | Texts]:
    """Columns that the mirror, the targets and the clock give."""
    texts = {name: mirror.texts[name] for name in ("name", "status", "effective_status", "objective", "campaign_id")}
    own, parents = mirror.texts["bid_strategy"], mirror.texts["parent_bid_strategy"]
    return {
        **texts,
        "tags": mirror.texts.get("tags", np.full(len(mirror.ids), "", dtype="<U1")),
        "parent_id": mirror.texts["parent_id"],
        "parent_name": mirror.texts["parent_name"],
        "bid_strategy": np.where(own == "", parents, own),
        "learning_phase": learning_phase(mirror.texts["learning"], mirror.texts["effective_status"], level),
        "account_id": np.full(len(mirror.ids), account.meta_id),
        "currency": np.full(len(mirror.ids), account.currency),
        "daily_budget": mirror.numbers["daily_budget"],
        "lifetime_budget": mirror.numbers["lifetime_budget"],
        **ages(mirror, now),
        **(targets_of(mirror) or target_columns(account, mirror.texts["campaign_id"], level, mirror.ids)),
    }


def _entities(ids: Texts, held: Mapping[str, Any], now: datetime, account: AdAccount) -> Entities:
    born = born_days_ago(held["hours_since_created"], now, account)
    return Entities(ids, held["parent_id"], born, held["effective_status"] == DELIVERING)


def _sum(source: Source, name: str) -> Numbers:
    found = source.column(name)
    return np.full(len(source.entities.ids), np.nan) if found is None else found


def store_frame(frame: Frame) -> None:
    """Keeps the frame's state and the sums of the standard windows; replaces one of the same tick."""
    columns = {_IDS: frame.ids, **dict(frame.columns)}
    columns.update({name: held for name in STORED if (held := frame.columns.get(name)) is not None})
    row = {"account_id": frame.account_id, "level": frame.level, "at": frame.at}
    kept = {"read_at": frame.read_at, "rows": len(frame), "packed": pack(columns)}
    upsert(StoredFrame, list(row), {**row, **kept})


def load_frame(stored: StoredFrame) -> Frame:
    """The stored columns; other windows and the parent's are rebuilt from the readings known at that tick."""
    columns = unpack(stored.packed)
    ids = columns.pop(_IDS)
    account = stored.account

    def source() -> Source:
        entities = _entities(ids, columns, stored.at, account)
        past = Past(account, stored.at)
        return Source(account, stored.level, entities, stored.at, stored.at, people=past.entities)

    return Frame(stored.account_id, stored.level, stored.at, stored.read_at, ids, LazyColumns(columns, source))


def latest_frame(account: AdAccount, level: str) -> Frame | None:
    """The newest stored frame of the whole level, None if there is none yet."""
    stored = (
        StoredFrame.objects.filter(account=account, level=level, whole=True)
        .select_related("account")
        .order_by("-at")
        .first()
    )
    return None if stored is None else load_frame(stored)


_MADE = Prepared(lambda account, level, at: StoredFrame.objects.filter(account_id=account, level=level, at=at))


def frame_for_tick(account: AdAccount, level: str, now: datetime) -> Frame:
    """The frame of this tick: the stored one, unless newer data were read since it was made; else a new one, stored.

    Campaigns come first in a tick, so with their frame the state of all levels is kept, for the tick to be rebuilt.
    """
    stored = _MADE.first(account.pk, level, now)
    if stored is not None and stored.read_at == read_until(account, level, now):
        stored.account = account
        return load_frame(stored)
    if level == Level.CAMPAIGN:
        keep_states(account, now)
    frame = build_frame(account, level, now)
    store_frame(frame)
    if isinstance(frame.columns, LazyColumns):
        for name in BESIDE:
            frame.columns.get(name)
        frame.columns.release()
    give_back(len(frame))
    return frame
