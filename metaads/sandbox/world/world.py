"""The whole world: accounts, one clock, and the log of what was done to it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from metaads.sandbox.world import (
    activity,
    births,
    delivery,
    edits,
    happenings,
    issues,
    limits,
    milestones,
    seeding,
    settings,
    side_writes,
)
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.births import Birth
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
    named: dict[str, Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for account in self.accounts:
            self.named |= {f"act_{account.id}": account, account.pixel: account}
            nodes: list[Node | Creative] = [*account.campaigns, *account.ad_sets, *account.ads, *account.creatives]
            for node in nodes:
                self.found[node.id] = (account, node)

    def advance(self, asked: Account | None = None) -> None:
        """Simulates every account up to the virtual now, in whole steps; a lazy world only the one that is asked for.

        Who asks for what when changes no number: each step draws its own chance.
        """
        self.advance_to(self.clock.now(), asked)

    def advance_to(self, moment: float, asked: Account | None = None) -> None:
        """Simulates up to a moment; a step that has not ended by then is left for later."""
        only = [] if asked is None else [asked]
        for account in only if self.options.lazy else self.accounts:
            while True:
                length = self._step(account)
                if account.simulated_to + length > moment:
                    break
                learning_before = account.live.learning.copy()
                delivery.step(account, self.options, length)
                milestones.note(account, learning_before)

    def _step(self, account: Account) -> int:
        """Seconds of the next step; none crosses midnight where days begin at half past an hour of UTC."""
        length = HOUR if account.simulated_to < self.live_from else self.options.step_minutes * 60
        return length if account.market.whole_hours else min(length, HOUR // 2)

    @property
    def simulated_to(self) -> int:
        """End of the last step of the account that is furthest on."""
        return max(account.simulated_to for account in self.accounts)

    def set_clock(self, moment: float | None = None, frozen: bool | None = None) -> None:
        """Moves, stops or starts the virtual clock; it never goes back behind what was simulated."""
        if frozen is not None:
            self.clock.freeze(frozen)
        if moment is not None:
            if moment < self.simulated_to:
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
        account, node = self.found[entry["id"]]
        self.advance_to(entry["at"], account)
        before = {name: getattr(node, name, None) for name in entry["changes"]}
        if entry["effect"]:
            edits.apply(account, node, entry["changes"], int(entry["at"]), self.options.seed)
            who = activity.system_user(self.options.seed)
            activity.note(account, int(entry["at"]), node, before, entry["changes"], who)
        return self._written(entry, account, node.id, kind_of(node), before, entry["changes"])

    def bear(self, account: Account, wanted: list[Birth], request_id: str, effect: bool = True) -> None:
        """Makes validated new objects now, parents first, and logs each; their ids are those of `births.next_id`."""
        entry = {
            "op": "bear", "at": self.clock.now(), "account": account.id, "births": [asdict(b) for b in wanted],
            "request": request_id, "effect": effect,
        }  # fmt: skip
        self._bear(entry)
        self.journal(entry)

    def _bear(self, entry: dict[str, Any]) -> None:
        account = next(one for one in self.accounts if one.id == entry["account"])
        self.advance_to(entry["at"], account)
        wanted = [Birth(**birth) for birth in entry["births"]]
        if not entry["effect"]:
            for birth in wanted:
                self._written(entry, account, "", birth.kind, {}, birth.values)
            return
        who = activity.system_user(self.options.seed)
        for node, birth in zip(births.bear(account, self.options.seed, wanted, int(entry["at"])), wanted, strict=True):
            self.found[node.id] = (account, node)
            activity.created(account, int(entry["at"]), node, who)
            self._written(entry, account, node.id, birth.kind, {}, birth.values)

    def afflict(self, node_id: str, issue: str) -> None:
        """Attaches an issue (`issues.KNOWN`, "" takes it away) to a campaign, ad set or ad."""
        entry = {"op": "afflict", "at": self.clock.now(), "id": node_id, "issue": issue}
        self._afflict(entry)
        self.journal(entry)

    def _afflict(self, entry: dict[str, Any]) -> None:
        account, node = self.found[entry["id"]]
        self.advance_to(entry["at"], account)
        if isinstance(node, Creative) or entry["issue"] not in {"", *issues.KNOWN}:
            raise ValueError("a campaign, ad set or ad, and a known issue or none")
        node.issue = entry["issue"]
        settings.forget(account)

    def limit_spending(self, account: Account, limit: int, reset: bool = False) -> None:
        """Sets the account's spending limit (minor units, 0 = none); `reset` counts what is spent from now on."""
        entry = {"op": "limit", "at": self.clock.now(), "account": account.id, "limit": limit, "reset": reset}
        self._limit(entry)
        self.journal(entry)

    def _limit(self, entry: dict[str, Any]) -> None:
        account = next(one for one in self.accounts if one.id == entry["account"])
        self.advance_to(entry["at"], account)
        limits.set_limit(account, int(entry["at"]), entry["limit"], entry["reset"], self.options.seed)

    def _written(
        self, entry: dict[str, Any], account: Account, object_id: str, kind: str, before: dict[str, Any],
        after: dict[str, Any],
    ) -> Write:  # fmt: skip
        number, at = len(self.writes) + 1, int(entry["at"])
        write = Write(number, at, account.id, object_id, kind, before, after, entry["request"], entry["effect"])
        self.writes.append(write)
        return write

    def replay(self, entry: dict[str, Any]) -> None:
        """Does again what the journal says; the numbers come out the same."""
        if entry["op"] == "clock":
            self.clock = Clock(**entry["clock"])
        elif entry["op"] in side_writes.OPERATIONS:
            side_writes.replay(self, entry)
        else:
            _REPLAY[entry["op"]](self, entry)


_REPLAY: dict[str, Callable[[World, dict[str, Any]], Any]] = {
    "update": World._update,
    "bear": World._bear,
    "afflict": World._afflict,
    "limit": World._limit,
}


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
    for account in accounts:
        account.happenings += happenings.story(options, account.number, live)
    world = World(options, live, accounts, clock)
    world.advance()
    return world
