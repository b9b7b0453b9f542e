"""State drift: Meta must still show the value that the proposal saw."""

from collections.abc import Mapping
from typing import Any

from optimization.guards.base import EVERYBODY, MADE, Facts, Guard, Verdict


class StateDrift(Guard):
    """Objects of several fields (bid, targeting) are the same where every field that both have something to say of is;
    an absent one and an empty one are one."""

    key = "state_drift"
    label = "State drift"
    binds = EVERYBODY
    hard = True

    def check(self, facts: Facts) -> Verdict:
        if facts.field == MADE:
            return self.not_concerned()
        if facts.current is None:
            return self.blocks("Its present value at Meta is unknown.", passing=True)
        if _plain(facts.current) != _plain(facts.before):
            saw, shows = (_worth(value, facts) for value in _told(facts.before, facts.current))
            return self.blocks(f"Changed by someone else: the proposal saw {saw}, Meta shows {shows}.")
        return self.passes("Meta still shows what the proposal saw.")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items() if part not in (None, "", [], {})}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _told(before: Any, current: Any) -> tuple[Any, Any]:
    """Of objects only the fields that differ."""
    if not isinstance(before, Mapping) or not isinstance(current, Mapping):
        return before, current
    names = [name for name in {**before, **current} if _plain(before.get(name)) != _plain(current.get(name))]
    return tuple(", ".join(f"{name} {side.get(name)}" for name in names) for side in (before, current))  # type: ignore[return-value]


def _worth(value: Any, facts: Facts) -> Any:
    """An amount with its currency; a status and the like as it stands."""
    return facts.money(value) if isinstance(value, int) else value


STATE_DRIFT = StateDrift()
