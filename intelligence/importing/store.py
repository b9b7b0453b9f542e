"""Keeping a plan: objects, readings of each level (children summed into parents) and the moment where the data end."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
from django.db import transaction

from intelligence.collect.store import Slot, keep
from intelligence.importing.headings import REACH
from intelligence.importing.life import whole_life
from intelligence.importing.plan import Plan
from intelligence.importing.rows import LEVELS, Figures, Identity
from intelligence.metrics import windows
from intelligence.models import Freshness, Reading
from intelligence.totals import ACTIONS, PLAIN, VALUES, Numbers, Totals, unpack_totals
from metaads.models import AdAccount
from metaads.sync.imported import NOWHERE, Named, keep_objects, key_of

UNNAMED = "Not named in the file"
Sums = dict[str, Decimal | None]
Grouped = dict[date, dict[str, list[Sums]]]
"""By day and object, the rows to be summed."""


@dataclass(frozen=True)
class Kept:
    """What was stored. `days`: first and last; of a file without dates, the day that its sums are booked on."""

    rows: int
    entities: dict[str, int]
    days: tuple[date, date]


@transaction.atomic
def keep_plan(plan: Plan, account: AdAccount, now: datetime) -> Kept:
    """Stores all accepted rows. An export says how the figures ended: each day counts as known from its end on.

    The account's business time then stands at the end of its data, so that "the last 7 days" are the file's last ones.
    Raises ValueError for an account that is not read-only, or a plan with open questions.
    """
    if not (account.read_only and account.connection.graph_url == NOWHERE):
        raise ValueError(f"{account} is watched at Meta: a file is imported into an account of its own.")
    if not plan.ready:
        raise ValueError("The file leaves something open: answer the questions first.")
    _check_room(plan, account)
    last = plan.days[1] if plan.days else windows.local_day(now, account.zone) - timedelta(days=1)
    first = plan.days[0] if plan.days and plan.daily else last
    ends = windows.day_end(last, account.zone)
    sure = all(refusal.place or refusal.counted for refusal in plan.refused)
    stands_at = max(ends, account.standing_at or ends)
    stands = windows.local_day(stands_at, account.zone)
    if not Reading.objects.filter(account=account).exists():
        account.conversion_action_type = account.conversion_action_type or plan.result.removeprefix("actions.")
    paths = {figures.path: _keys(figures) for figures in plan.accepted}
    entities = {}
    for depth, level in enumerate(LEVELS[: LEVELS.index(plan.layout.level) + 1]):
        objects = {keys[depth].key: keys[depth] for keys in paths.values()}
        keep_objects(account, level, objects.values(), now)
        entities[level] = len(objects)
        grouped = _grouped(plan, {path: keys[depth].key for path, keys in paths.items()}, last)
        _add_unknown(grouped, plan, depth, paths, last)
        if plan.daily:
            _keep_days(account, level, grouped, sure)
            keep(Slot(account, level, stands, windows.LIFETIME), whole_life(account, level), stands_at)
        else:
            keep(Slot(account, level, stands, windows.LIFETIME), _whole(grouped), stands_at)
        Freshness.objects.update_or_create(
            account=account, level=level, defaults={"read_at": stands_at, "history_from": _earliest(account, level)}
        )
    account.standing_at = stands_at
    account.save(update_fields=["standing_at", "conversion_action_type"])
    return Kept(len(plan.accepted), entities, (first, last))


def _check_room(plan: Plan, account: AdAccount) -> None:
    """What a file says must not stand in for what another said. Raises ValueError.

    A later file may add days, or give days again with all the objects that they had; a reading is a whole day of a
    level, so a file with other objects of the same days would make those of the first vanish.
    """
    held = Reading.objects.filter(account=account, window=Reading.DAY)
    if not Reading.objects.filter(account=account).exists():
        return
    if not plan.daily or not plan.days or not held.exists():
        raise ValueError(f"{account} holds a file already, and sums of several days can't be joined: {_ELSEWHERE}")
    if set(held.values_list("level", flat=True).distinct()) != set(LEVELS[: LEVELS.index(plan.layout.level) + 1]):
        raise ValueError(f"{account} was filled from a file of another level: {_ELSEWHERE}")
    named = {int(_keys(figures)[-1].key) for figures in plan.accepted}
    for blob in held.filter(level=plan.layout.level, day__range=plan.days).values_list("packed", flat=True):
        if not set(unpack_totals(blob, ()).ids.tolist()) <= named:
            raise ValueError(f"{account} holds figures of other objects on the same days: {_ELSEWHERE}")


_ELSEWHERE = "import it into a new account."


def _add_unknown(
    grouped: Grouped, plan: Plan, depth: int, paths: dict[tuple[Identity, ...], tuple[Named, ...]], last: date
) -> None:
    """What a refused row leaves out is unknown, not zero: for its object and what is above, on its day.

    Where nobody can tell what a refused row was about, it may have been any object on any day without a row.
    """
    known = {path[: depth + 1]: keys[depth].key for path, keys in paths.items()}
    missing = [refusal for refusal in plan.refused if not refusal.counted]
    nothing: Sums = {name: None for figures in plan.accepted[:1] for name in figures.values}
    for refusal in missing:
        place = refusal.place
        if place and place.path[: depth + 1] in known:
            day = place.days[0] if plan.daily and place.days else last
            grouped[day][known[place.path[: depth + 1]]].append(nothing)
    if plan.daily and any(refusal.place is None for refusal in missing):
        for by_key in grouped.values():
            for key in set(known.values()) - set(by_key):
                by_key[key].append(nothing)


def _earliest(account: AdAccount, level: str) -> date | None:
    held = Reading.objects.filter(account=account, level=level, window=Reading.DAY)
    return held.order_by("day").values_list("day", flat=True).first()


def _keys(figures: Figures) -> tuple[Named, ...]:
    """The object of each level, campaign first."""
    answer: list[Named] = []
    names: list[str] = []
    for level, identity in zip(LEVELS, figures.path, strict=False):
        names.append(identity.name or identity.meta_id)
        key = key_of(level, identity.meta_id, names)
        answer.append(Named(key, identity.name or identity.meta_id or UNNAMED, answer[-1].key if answer else ""))
    return tuple(answer)


def _grouped(plan: Plan, key_by_path: dict[object, str], last: date) -> Grouped:
    """Rows without dates, or of several days, are booked on the last day."""
    answer: Grouped = defaultdict(lambda: defaultdict(list))
    for figures in plan.accepted:
        day = figures.days[0] if plan.daily and figures.days else last
        answer[day][key_by_path[figures.path]].append(figures.values)
    return answer


def _keep_days(account: AdAccount, level: str, grouped: Grouped, sure: bool) -> None:
    """Days between the first and the last without a row are days without delivery, as Meta gives none either.

    Unless rows were refused of which nobody can tell the day: then a day without a row is unknown, and not kept.
    """
    first, last = min(grouped), max(grouped)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day not in grouped and not sure:
            continue
        keep(Slot(account, level, day), _totals(grouped.get(day, {})), windows.day_end(day, account.zone))


def _whole(grouped: Grouped) -> Totals:
    """All rows of an object as one sum: its lifetime, as far as the file knows."""
    whole: dict[str, list[Sums]] = defaultdict(list)
    for by_key in grouped.values():
        for key, rows in by_key.items():
            whole[key] += rows
    return _totals(whole)


def _totals(by_key: dict[str, list[Sums]]) -> Totals:
    keys = sorted(by_key, key=int)
    summed = [_sum(by_key[key]) for key in keys]
    names = sorted({name for sums in summed for name in sums})
    columns: dict[str, Numbers] = {name: _column(summed, name) for name in PLAIN}
    for mark in (ACTIONS, VALUES):
        listed = [name for name in names if name.startswith(f"{mark}.")]
        # No mark: what has no column in the file is unknown, and not a list without it.
        columns[mark] = np.zeros(len(keys))
        columns |= {name: _column(summed, name) for name in listed}
    return Totals(np.array([int(key) for key in keys], dtype=np.int64), columns)


def _sum(rows: Sequence[Sums]) -> Sums:
    """Unknown where a part is unknown. People reached do not add up: known for a single row alone."""
    names = {name for row in rows for name in row}
    return {name: _added([row.get(name) for row in rows], whole=name != REACH) for name in names}


def _added(values: Iterable[Decimal | None], whole: bool) -> Decimal | None:
    held = list(values)
    if any(value is None for value in held) or (len(held) > 1 and not whole):
        return None
    return sum((value for value in held if value is not None), Decimal(0))


def _column(rows: Sequence[Sums], name: str) -> Numbers:
    values = (row.get(name) for row in rows)
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
