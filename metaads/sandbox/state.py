"""The state file: one snapshot (numbers and objects together) and a journal of what was done since.

The journal makes a killed process lose nothing: the world is deterministic, so replaying it gives identical numbers.
"""

import fcntl
import json
import os
import weakref
import zipfile
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metaads.sandbox.world.account import Account, Live, Pending, Truth
from metaads.sandbox.world.activity import Activity
from metaads.sandbox.world.clock import Clock
from metaads.sandbox.world.conditions import Happening
from metaads.sandbox.world.health import Health
from metaads.sandbox.world.native_rules import NativeRule
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative
from metaads.sandbox.world.options import Market, WorldOptions
from metaads.sandbox.world.world import World, Write, create

FORMAT = 2
_SNAPSHOT, _JOURNAL = "world.npz", "journal.jsonl"
_SAVE_EVERY = 6 * 3600
_COLUMNS = ("truth", "live", "pending")
Arrays = dict[str, NDArray[Any]]


class StateError(Exception):
    """The folder holds something that can't be used; the text says what to do."""


class Store:
    """One folder, held by one process. `sequence`: number of the last journal entry; snapshots name theirs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sequence = 0
        self.saved_at = 0
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise StateError(f"{folder} is in use by another sandbox. Stop that one or give another folder.") from None
        self._release = weakref.finalize(self, os.close, lock)

    def close(self) -> None:
        """Lets another process have the folder."""
        self._release()

    def attach(self, world: World) -> None:
        """From now on each change of the world is written down before it is answered."""
        world.journal = self._append

    def _append(self, entry: dict[str, Any]) -> None:
        self.sequence += 1
        with (self.folder / _JOURNAL).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"sequence": self.sequence, **entry}) + "\n")

    def save(self, world: World) -> None:
        """Writes the snapshot beside the old one and swaps them in one step."""
        arrays, text = _packed(world, self.sequence)
        part = self.folder / (_SNAPSHOT + ".part")
        with part.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays, text=np.frombuffer(text.encode(), dtype=np.uint8))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.folder / _SNAPSHOT)
        (self.folder / _JOURNAL).unlink(missing_ok=True)
        self.saved_at = world.simulated_to

    def save_when_due(self, world: World) -> None:
        """A snapshot after each six simulated hours keeps the next start quick."""
        if world.simulated_to - self.saved_at >= _SAVE_EVERY:
            self.save(world)

    def load(self) -> World | None:
        """The world as it was when the last process ended, however it ended; None in an empty folder."""
        path = self.folder / _SNAPSHOT
        if not path.exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as data:
                arrays = {name: data[name] for name in data.files}
            world, self.sequence = _unpacked(arrays)
        except (ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile) as error:
            raise StateError(f"{path} can't be read ({error}). Remove the folder to begin a new world.") from error
        self.saved_at = world.simulated_to
        for entry in self._entries():
            world.replay(entry)
        return world

    def _entries(self) -> list[dict[str, Any]]:
        """Journal entries after the snapshot; a line cut off by a kill was never answered and is dropped."""
        path = self.folder / _JOURNAL
        if not path.exists():
            return []
        found = []
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                break
            number = entry.pop("sequence")
            if number > self.sequence:
                found.append(entry)
                self.sequence = number
        return found


def load_or_create(
    path: Path | None, seed: int = 7, now: datetime | None = None, options: WorldOptions | None = None
) -> World:
    """The world of a folder, made new where there is none; `path` None keeps it in memory only.

    With `now` (aware) the clock stands there until it is moved; without, it runs with the wall clock.
    """
    options = options or WorldOptions(seed=seed)
    moment = now.timestamp() if now else None
    frozen = moment is not None
    if path is None:
        return create(options, moment, frozen)
    return open_store(Store(path), lambda: create(options, moment, frozen))


def open_store(store: Store, make: Callable[[], World]) -> World:
    """Loads the store's world or makes and saves one, and keeps its journal from then on."""
    world = store.load()
    if world is None:
        world = make()
    world.advance()
    store.save(world)  # also drops a journal whose last line was cut off: nothing may be appended to that
    store.attach(world)
    return world


def _packed(world: World, sequence: int) -> tuple[Arrays, str]:
    arrays: Arrays = {}
    for account in world.accounts:
        for part in _COLUMNS:
            columns = getattr(account, part)
            arrays |= {f"{account.number}.{part}.{f.name}": getattr(columns, f.name) for f in fields(columns)}
        arrays[f"{account.number}.daily"] = account.daily[: account.days]
        arrays[f"{account.number}.hourly"] = account.hourly[: account.days].astype(np.int32)
        arrays[f"{account.number}.events"] = account.events
    text = {
        "format": FORMAT, "sequence": sequence, "options": asdict(world.options), "live_from": world.live_from,
        "clock": asdict(world.clock), "writes": [asdict(w) for w in world.writes],
        "accounts": [_objects(account) for account in world.accounts],
    }  # fmt: skip
    return arrays, json.dumps(text)


def _objects(account: Account) -> dict[str, Any]:
    plain = ("number", "id", "pixel", "created", "first_day", "simulated_to", "days")
    lists = ("campaigns", "ad_sets", "ads", "creatives", "activities", "rules", "happenings")
    return {
        **{name: getattr(account, name) for name in plain},
        "market": asdict(account.market),
        "health": asdict(account.health),
        **{name: [asdict(node) for node in getattr(account, name)] for name in lists},
    }


def _unpacked(arrays: Arrays) -> tuple[World, int]:
    text = json.loads(arrays["text"].tobytes().decode())
    if text["format"] != FORMAT:
        raise ValueError(f"format {text['format']} is not {FORMAT}")
    accounts = [_account(facts, arrays) for facts in text["accounts"]]
    world = World(WorldOptions(**text["options"]), text["live_from"], accounts, Clock(**text["clock"]))
    world.writes = [Write(**w) for w in text["writes"]]
    return world, int(text["sequence"])


def _account(facts: dict[str, Any], arrays: Arrays) -> Account:
    number = facts["number"]

    def columns(part: str) -> dict[str, NDArray[Any]]:
        prefix = f"{number}.{part}."
        return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}

    facts = dict(facts)
    facts["market"] = Market(**facts["market"])
    facts["health"] = Health(**facts["health"])
    for name, kind in (
        ("campaigns", Campaign),
        ("ad_sets", AdSet),
        ("ads", Ad),
        ("creatives", Creative),
        ("activities", Activity),
        ("happenings", Happening),
        ("rules", NativeRule),
    ):
        facts[name] = [kind(**node) for node in facts[name]]
    return Account(
        **facts, truth=Truth(**columns("truth")), live=Live(**columns("live")), pending=Pending(**columns("pending")),
        daily=arrays[f"{number}.daily"], hourly=arrays[f"{number}.hourly"].astype(np.int64),
        events=arrays[f"{number}.events"],
    )  # fmt: skip
