"""The whole world: accounts, one clock, and the log of what was done to it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from metaads.sandbox.world import delivery, edits, seeding
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.clock import Clock
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative, Node
from metaads.sandbox.world.options import WorldOptions

HOUR = 3600
_DAY = 86_400


@dataclass(slots=True)
class Write:
    """One accepted write. `at`: virtual Unix second; `effect` is False where a fault swallowed it."""

    number: int
    at: int
    account: str
    object_id: str
    kind: str
    before: dict[str, Any]
    after: dict[str, Any]
    request_id: str
    effect: bool = True


@dataclass(slots=True)
class World:
    """`live_from`: end of the first history; before it steps are hours, after it `step_minutes`."""

    options: WorldOptions
    live_from: int
    accounts: list[Account]
    clock: Clock
    writes: list[Write] = field(default_factory=list)
    journal: Callable[[dict[str, Any]], None] = lambda entry: None
    found: dict[str, tuple[Account, Node | Creative]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for account in self.accounts:
            nodes: list[Node | Creative] = [*account.campaigns, *account.ad_sets, *account.ads, *account.creatives]
            for node in nodes:
                self.found[node.id] = (account, node)

    def advance(self) -> None:
        """Simulates every account up to the virtual now, in whole steps."""
        self.advance_to(self.clock.now())

    def advance_to(self, moment: float) -> None:
        """Simulates up to a moment; a step that has not ended by then is left for later."""
        for account in self.accounts:
            while True:
                length = HOUR if account.simulated_to < self.live_from else self.options.step_minutes * 60
                if account.simulated_to + length > moment:
                    break
                delivery.step(account, self.options.seed, length)

    def set_clock(self, moment: float | None = None, frozen: bool | None = None) -> None:
        """Moves, stops or starts the virtual clock; it never goes back behind what was simulated."""
        if frozen is not None:
            self.clock.freeze(frozen)
        if moment is not None:
            if moment < self.accounts[0].simulated_to:
                raise ValueError("the clock can't go back behind what has happened")
            self.clock.set(moment)
        self.journal({"op": "clock", "clock": asdict(self.clock)})

    def update(self, node_id: str, changes: dict[str, Any], request_id: str, effect: bool = True) -> Write:
        """Carries out a validated change now, and logs it."""
        at = self.clock.now()
        entry = {"op": "update", "at": at, "id": node_id, "changes": changes, "request": request_id, "effect": effect}
        write = self._update(entry)
        self.journal(entry)
        return write

    def _update(self, entry: dict[str, Any]) -> Write:
        self.advance_to(entry["at"])
        account, node = self.found[entry["id"]]
        if isinstance(node, Creative):
            raise TypeError("creatives are not changed in this world")
        before = {name: getattr(node, name) for name in entry["changes"]}
        if entry["effect"]:
            edits.apply(account, node, entry["changes"], int(entry["at"]))
        write = Write(
            len(self.writes) + 1, int(entry["at"]), account.id, node.id, kind_of(node), before, entry["changes"],
            entry["request"], entry["effect"],
        )  # fmt: skip
        self.writes.append(write)
        return write

    def replay(self, entry: dict[str, Any]) -> None:
        """Does again what the journal says; the numbers come out the same."""
        if entry["op"] == "clock":
            self.clock = Clock(**entry["clock"])
        else:
            self._update(entry)


def kind_of(node: Node | Creative) -> str:
    """`campaign`, `adset`, `ad` or `creative`."""
    return {Campaign: "campaign", AdSet: "adset", Ad: "ad", Creative: "creative"}[type(node)]


def create(options: WorldOptions, now: float | None, frozen: bool = False) -> World:
    """A new world with its history simulated up to `now` (Unix seconds; None: the wall clock)."""
    clock = Clock(frozen=now if frozen else None)
    if now is not None:
        clock.set(now)
    live = int(clock.now()) // HOUR * HOUR
    start = live - options.history_days * _DAY
    accounts = [seeding.account(options, number, start, live) for number in range(options.accounts)]
    world = World(options, live, accounts, clock)
    world.advance()
    return world
