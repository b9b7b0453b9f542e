"""Thinning frames: the first of each clock hour stays whole, of the others only what some rule matched."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np

from intelligence.columns import pack, unpack
from intelligence.metrics import windows
from intelligence.metrics.frame import Frame
from intelligence.models import StoredFrame
from metaads.models import AdAccount

AFTER = timedelta(days=1)
"""Until then every frame is whole: pages and comparisons use them."""


def note_matches(account: AdAccount, matched: Iterable[tuple[Frame, Sequence[str]]]) -> None:
    """Remembers on stored frames which of their entities (Meta ids) some rule matched. Others are left alone."""
    ids: dict[tuple[str, datetime], set[str]] = defaultdict(set)
    for frame, found in matched:
        ids[frame.level, frame.at].update(found)
    for (level, at), some in ids.items():
        if some:
            StoredFrame.objects.filter(account=account, level=level, at=at).update(matched=sorted(some))


def thin_frames(account: AdAccount, now: datetime) -> int:
    """Thins what is older than AFTER; answers how many frames went altogether. Idempotent."""
    rows = StoredFrame.objects.filter(account=account, whole=True, at__lt=now - AFTER).order_by("level", "at")
    gone, last = 0, None
    for pk, level, at, matched in rows.values_list("pk", "level", "at", "matched"):
        hour = (level, windows.hour_start(at, account.zone))
        if hour == last:
            gone += _reduce(pk, matched)
        last = hour
    return gone


def _reduce(pk: int, matched: Sequence[str]) -> int:
    if not matched:
        return StoredFrame.objects.filter(pk=pk).delete()[0]
    stored = StoredFrame.objects.get(pk=pk)
    columns = unpack(stored.packed)
    keep = np.isin(columns["ids"], list(matched))
    stored.packed = pack({name: column[keep] for name, column in columns.items()})
    stored.rows, stored.whole = int(keep.sum()), False
    stored.save(update_fields=["packed", "rows", "whole"])
    return 0
