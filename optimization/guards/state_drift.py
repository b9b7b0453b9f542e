"""State drift: Meta must still show the value that the proposal saw."""

from collections.abc import Mapping
from typing import Any

from metaads.sameness import same_value
from optimization.guards.base import EVERYBODY, MADE, Facts, Guard, Verdict


class StateDrift(Guard):
    """As the executor compares: what Meta adds to a targeting by itself is no drift."""

    key = "state_drift"
    label = "State drift"
    binds = EVERYBODY
    hard = True

    def check(self, facts: Facts) -> Verdict:
        if facts.field == MADE:
            return self.not_concerned()
        if facts.current is None:
            return self.blocks("Its present value at Meta is unknown.", passing=True)
        if not same_value(facts.field, facts.current, facts.before, facts.wanted):
            saw, shows = (_worth(value, facts) for value in _told(facts.field, facts.before, facts.current))
            return self.blocks(f"Changed by someone else: the proposal saw {saw}, Meta shows {shows}.")
        return self.passes("Meta still shows what the proposal saw.")


def _told(field: str, before: Any, current: Any) -> tuple[Any, Any]:
    """Of objects only the fields that differ."""
    if not isinstance(before, Mapping) or not isinstance(current, Mapping):
        return before, current
    part = field if field == "targeting" else ""
    names = [name for name in {**before, **current} if not same_value(part, current.get(name), before.get(name))]
    return tuple(", ".join(f"{name} {side.get(name)}" for name in names) for side in (before, current))  # type: ignore[return-value]


def _worth(value: Any, facts: Facts) -> Any:
    """An amount with its currency; a status and the like as it stands."""
    return facts.money(value) if isinstance(value, int) else value


STATE_DRIFT = StateDrift()
