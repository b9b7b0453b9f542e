"""States of the mirror as they were: kept at each tick when something changed, laid over each other when asked.

The first state of an account's day is whole; later ones of that day hold only the entities that differ from the state
before, so that a lifetime budget running down does not store 10,000 names an hour.
"""

import hashlib
from collections.abc import Container, Sequence
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from intelligence.columns import Column, pack, unpack
from intelligence.metrics import windows
from intelligence.metrics.entities import DELIVERING, Entities, born_days_ago, locate, mirrored
from intelligence.metrics.frame import Texts
from intelligence.metrics.mirror import Mirror, chosen, read_mirror
from intelligence.metrics.targets import FIELDS, target_columns
from intelligence.models import State
from metaads.models import AdAccount, Level
from metaads.prepared import Prepared, upsert

LEVELS: tuple[str, ...] = (Level.CAMPAIGN, Level.AD_SET, Level.AD)
_TEXT, _NUMBER, _TIME = "text:", "number:", "time:"
_ID = f"{_TEXT}id"
_HOUR = 3600.0

_DIGEST = Prepared(
    lambda account, level, now: (
        State.objects.filter(account_id=account, level=level, at__lte=now)
        .order_by("-at")
        .values_list("digest", flat=True)[:1]
    )
)
_WHOLE_BEFORE = Prepared(
    lambda account, level, now: (
        State.objects.filter(account_id=account, level=level, whole=True, at__lt=now)
        .order_by("-at")
        .values_list("at", flat=True)[:1]
    )
)
_MOMENT = Prepared(
    lambda account, level, at: State.objects.filter(account_id=account, level=level, at=at).values_list("pk")[:1]
)
_WHOLE = Prepared(
    lambda account, level, known_at: (
        State.objects.filter(account_id=account, level=level, whole=True, at__lte=known_at)
        .order_by("-at")
        .values_list("at", "packed")[:1]
    )
)
_PARTS = Prepared(
    lambda account, level, known_at, after: (
        State.objects.filter(account_id=account, level=level, at__lte=known_at, at__gt=after)
        .order_by("at")
        .values_list("packed", flat=True)
    )
)


def keep_states(account: AdAccount, now: datetime) -> int:
    """Keeps what the mirror and the targets say at business time `now`; answers how many levels had changed."""
    return sum(_keep(account, level, now) for level in LEVELS)


def state_at(account: AdAccount, level: str, known_at: datetime) -> Mirror | None:
    """The mirror of the level as it was at `known_at`, deleted entities included; None if no state is that old.

    Targets of then are among `numbers`.
    """
    columns = _columns_at(account, level, known_at)
    return None if columns is None else _mirror(columns)


def texts_at(account: AdAccount, level: str, known_at: datetime, names: Sequence[str]) -> dict[str, Texts] | None:
    """These texts of the level (`id` first of all) as they were at `known_at`, else as in the first state that is kept;
    None without any. Decodes nothing else."""
    only = {_TEXT + name for name in names}
    columns = _columns_at(account, level, known_at, only)
    if columns is None:
        first = State.objects.filter(account=account, level=level, whole=True).order_by("at").first()
        columns = {} if first is None else unpack(first.packed, only)
    held = {name.removeprefix(_TEXT): column for name, column in columns.items()}
    return held if all(name in held for name in names) else None


def first_state(account: AdAccount, level: str) -> Mirror | None:
    """The oldest state that is kept; None without any."""
    first = State.objects.filter(account=account, level=level, whole=True).order_by("at").first()
    return None if first is None else _mirror(unpack(first.packed))


class Past:
    """Who existed at a moment, for rebuilding a table of then. Levels without a state of then: the mirror of today."""

    def __init__(self, account: AdAccount, known_at: datetime) -> None:
        self.account, self.known_at = account, known_at

    @cached_property
    def _held(self) -> dict[str, Mirror | None]:
        return {}

    def mirror(self, level: str) -> Mirror | None:
        if level not in self._held:
            self._held[level] = state_at(self.account, level, self.known_at)
        return self._held[level]

    def entities(self, level: str, now: datetime, deleted: bool | None = None) -> Entities:
        """As `metrics.entities.mirrored`, of then."""
        mirror = self.mirror(level)
        if mirror is None:
            return mirrored(self.account, level, now, deleted)
        if deleted is not None:
            mirror = chosen(mirror, ~np.isnan(mirror.times["deleted"]) == deleted)
        born = born_days_ago((now.timestamp() - mirror.times["created"]) / _HOUR, now, self.account)
        texts = mirror.texts
        return Entities(mirror.ids, texts["parent_id"], born, texts["effective_status"] == DELIVERING)


def _keep(account: AdAccount, level: str, now: datetime) -> bool:
    columns = _columns(account, level)
    digest = hashlib.sha256(pack(columns)).hexdigest()
    last = _DIGEST.first(account.pk, level, now)
    if last == digest:
        return False
    before = _columns_at(account, level, now) if last and _same_day(account, level, now) else None
    rows = None if before is None else _changed(before, columns)
    whole = rows is None or 2 * len(rows) > len(columns[_ID])
    stored = columns if rows is None or whole else {name: column[rows] for name, column in columns.items()}
    row = {"account_id": account.pk, "level": level, "at": now}
    held = {"whole": whole, "rows": len(stored[_ID]), "packed": pack(stored), "digest": digest}
    upsert(State, list(row), {**row, **held})
    return True


def _same_day(account: AdAccount, level: str, now: datetime) -> bool:
    """Whether the newest whole state is of the account's day. One of this very moment is replaced, not built on."""
    at = _WHOLE_BEFORE.first(account.pk, level, now)
    replaced = _MOMENT.first(account.pk, level, now) is not None
    return (
        at is not None and not replaced and windows.local_day(at, account.zone) == windows.local_day(now, account.zone)
    )


def _columns(account: AdAccount, level: str) -> dict[str, Column]:
    mirror = read_mirror(account, level, deleted=True)
    targets = target_columns(account, mirror.texts["campaign_id"], level, mirror.ids)
    return {
        **{_TEXT + name: column for name, column in mirror.texts.items()},
        **{_NUMBER + name: column for name, column in {**mirror.numbers, **targets}.items()},
        **{_TIME + name: column for name, column in mirror.times.items()},
    }


def _mirror(columns: dict[str, Column]) -> Mirror:
    def part(prefix: str) -> dict[str, Column]:
        return {name.removeprefix(prefix): held for name, held in columns.items() if name.startswith(prefix)}

    return Mirror(part(_TEXT), part(_NUMBER), part(_TIME))


def targets_of(mirror: Mirror) -> dict[str, NDArray[np.float64]]:
    """The targets that a state holds; empty for a mirror that was just read."""
    return {name: mirror.numbers[name] for name in FIELDS if name in mirror.numbers}


def _columns_at(
    account: AdAccount, level: str, known_at: datetime, only: Container[str] | None = None
) -> dict[str, Column] | None:
    """`only` these columns (the id among them), or all."""
    whole = _WHOLE.first(account.pk, level, known_at)
    if whole is None:
        return None
    columns = unpack(whole[1], only)
    for packed in _PARTS(account.pk, level, known_at, whole[0]):
        columns = _overlaid(columns, unpack(packed, only))
    return columns


def _overlaid(before: dict[str, Column], later: dict[str, Column]) -> dict[str, Column]:
    """`later` replaces its entities and adds new ones; the order by id is kept."""
    keep = locate(later[_ID], before[_ID]) < 0
    ids = np.concatenate([before[_ID][keep], later[_ID]])
    order = np.argsort(ids)
    return {name: np.concatenate([before[name][keep], later[name]])[order] for name in before if name in later}


def _changed(before: dict[str, Column], after: dict[str, Column]) -> NDArray[np.intp] | None:
    """Places in `after` of the entities that are new or differ; None if an entity is gone, or a column is new."""
    places = locate(before[_ID], after[_ID])
    if set(before) != set(after) or int((places >= 0).sum()) != len(before[_ID]):
        return None
    differs = places < 0
    for name, column in after.items():
        held = before[name][places]
        same = held == column
        if column.dtype.kind == "f":
            same |= np.isnan(held) & np.isnan(column)
        differs |= ~same
    return np.flatnonzero(differs)
