"""Room for new objects: the account's columns and tables get longer without touching what they hold."""

from dataclasses import fields
from typing import Any

import numpy as np

from metaads.sandbox.world.account import Account
from metaads.sandbox.world.types import Ints


def lengthen(columns: Any, per: str, values: dict[str, float]) -> None:
    """One more place in each column of that kind (`ad` or `ad set`) of Truth or Live; zero where nothing is given."""
    for one in fields(columns):
        if one.metadata["per"] == per:
            old = getattr(columns, one.name)
            setattr(columns, one.name, np.append(old, np.array([values.get(one.name, 0)], dtype=old.dtype)))


def another_ad(account: Account) -> None:
    """A column of zeros in `daily` for an ad that has just been added."""
    account.daily = _widened(account, "daily", account.daily, 1)


def another_campaign(account: Account) -> None:
    """The same in `hourly` for a campaign."""
    account.hourly = _widened(account, "hourly", account.hourly, 2)


def _widened(account: Account, name: str, table: Ints, axis: int) -> Ints:
    """`table` with one more place on the axis: a longer view of its room, or of a new room a quarter larger."""
    count = table.shape[axis] + 1
    room = account.rooms.get(name, table)
    if table.base is not room or room.shape[axis] < count:
        shape = list(table.shape)
        shape[axis] = count + max(16, count // 4)
        room = np.zeros(shape, dtype=table.dtype)
        account.rooms[name] = room
        room[_first(axis, count - 1)] = table
    return room[_first(axis, count)]


def _first(axis: int, count: int) -> tuple[slice, ...]:
    return (*(slice(None),) * axis, slice(0, count))
