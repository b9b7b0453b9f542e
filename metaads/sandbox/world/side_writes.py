"""Changes of an account that are no edits of its ads: Meta's own rules and the account's health. Safe from a kill."""

from collections.abc import Callable
from typing import Any, Protocol

from metaads.sandbox.world.account import Account
from metaads.sandbox.world.clock import Clock
from metaads.sandbox.world.conditions import Happening
from metaads.sandbox.world.native_rules import NativeRule


class World(Protocol):
    """What a side write needs of the world, which imports this file."""

    accounts: list[Account]
    clock: Clock

    @property
    def journal(self) -> Callable[[dict[str, Any]], None]: ...

    def advance_to(self, moment: float, asked: Account | None = None) -> None: ...


def set_rule(world: World, account_id: str, values: dict[str, Any]) -> None:
    """Makes the rule with `values["id"]`, or changes these values of it."""
    _do(world, "rule", account_id, values)


def set_health(world: World, account_id: str, values: dict[str, Any]) -> None:
    """Changes fields of the account's `Health`; KeyError for a field that it does not have."""
    _do(world, "health", account_id, values)


def add_happening(world: World, account_id: str, values: dict[str, Any]) -> None:
    """Brings something over the account from now on; `values` are fields of `Happening`."""
    _do(world, "happening", account_id, values)


def replay(world: World, entry: dict[str, Any]) -> None:
    """Does again what the journal says."""
    account = next(one for one in world.accounts if one.id == entry["account"])
    world.advance_to(entry["at"], account)
    OPERATIONS[entry["op"]](account, entry["values"])


def _do(world: World, operation: str, account_id: str, values: dict[str, Any]) -> None:
    entry = {"op": operation, "at": world.clock.now(), "account": account_id, "values": values}
    replay(world, entry)
    world.journal(entry)


def _rule(account: Account, values: dict[str, Any]) -> None:
    for rule in account.rules:
        if rule.id == values["id"]:
            for name, value in values.items():
                setattr(rule, name, value)
            return
    account.rules.append(NativeRule(**{"schedule_spec": {}, **values}))


def _health(account: Account, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name not in type(account.health).__slots__:
            raise KeyError(name)
        setattr(account.health, name, value)


def _happening(account: Account, values: dict[str, Any]) -> None:
    account.happenings.append(Happening(**values))


OPERATIONS: dict[str, Callable[[Account, dict[str, Any]], None]] = {
    "rule": _rule,
    "health": _health,
    "happening": _happening,
}
