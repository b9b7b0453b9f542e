"""A plan of several steps in words: its headline, and a line for each step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metaads.graph.money import from_minor, money_text
from optimization.kinds.base import Headline
from optimization.models import Action
from optimization.steps import Step, is_reference, moved, net_change, steps_of

LEVELS = {"campaign": "campaign", "adset": "ad set", "ad": "ad", "creative": "creative"}
FIELDS = {
    "daily_budget": "daily budget",
    "lifetime_budget": "lifetime budget",
    "daily_spend_cap": "daily spend limit",
    "daily_min_spend_target": "daily minimum spend",
    "status": "status",
}
MONEY = frozenset(FIELDS) - {"status"}


@dataclass(frozen=True)
class Line:
    """One step for people. `does`: what is done, `to`: the object's level and name, `change`: old -> new."""

    number: int
    does: str
    to: str
    change: str
    percent: str = ""

    @property
    def text(self) -> str:
        change = ", ".join(part for part in (self.change, self.percent) if part)
        return f"{self.does} {self.to}: {change}" if change else f"{self.does} {self.to}"


def lines_of(steps: Sequence[Step], currency: str) -> list[Line]:
    return [SAYS[step.op](n, step, currency) for n, step in enumerate(steps, 1)]


def _object(step: Step) -> str:
    made = " (the new one)" if is_reference(step.entity_id) and step.op == "set" else ""
    return f"{LEVELS.get(step.level, step.level)} {step.name}{made}"


def _set(number: int, step: Step, currency: str) -> Line:
    if step.field == "status":
        return Line(number, "Pause" if step.new == "PAUSED" else "Activate", _object(step), "")
    old, new = (value_text(step.field, value, currency) for value in (step.old, step.new))
    if is_reference(step.entity_id):  # What is made has no budget before this one; `old` is that of its original.
        change = new if step.old == step.new else f"{new} (the original has {old})"
        return Line(number, f"Give a {FIELDS.get(step.field, step.field)} to", _object(step), change)
    return Line(number, f"Set {FIELDS.get(step.field, step.field)} of", _object(step), f"{old} → {new}", _percent(step))


def _copy(number: int, step: Step, currency: str) -> Line:
    return Line(number, "Copy, paused:", _object(step), "")


def _create(number: int, step: Step, currency: str) -> Line:
    budgets = [
        f"{money_text(int(step.params[name]), currency)} ({FIELDS[name]})" for name in BUDGETS if name in step.params
    ]
    does = "Create" if step.level == "creative" else "Create, paused:"
    return Line(number, does, _object(step), ", ".join(budgets))


BUDGETS = ("daily_budget", "lifetime_budget")
SAYS: Mapping[str, Callable[[int, Step, str], Line]] = {"set": _set, "copy": _copy, "create": _create}


def value_text(field: str, value: Any, currency: str) -> str:
    """A value of a step for people."""
    if value is None:
        return "none" if field in MONEY else "unknown"
    if field in MONEY and isinstance(value, int):
        return money_text(value, currency)
    return str(value)


def _percent(step: Step) -> str:
    if not isinstance(step.old, int) or not isinstance(step.new, int) or step.old <= 0 or step.old == step.new:
        return ""
    percent = (step.new - step.old) / step.old * 100
    return f"{'+' if percent >= 0 else '−'}{abs(percent):.0f} %"


def effect_text(steps: Sequence[Step], currency: str) -> str:
    """What the plan does to the money a day: "40.00 EUR a day moved, total unchanged"; "" = no budget in it."""
    up, net = moved(steps), net_change(steps)
    if up is None or net is None:
        return ""
    if net == 0:
        return f"{money_text(up, currency)} a day moved, total unchanged"
    sign = "+" if net > 0 else "−"
    return f"{sign}{from_minor(abs(net), currency):,} {currency} a day in all"


def headline_of(action: Action, verb: str, tone: str) -> Headline:
    """The plan in one line: the ads that change places, or how many steps and what they do to the money."""
    steps = steps_of(action.steps)
    statuses = [step for step in steps if step.field == "status" and not is_reference(step.entity_id)]
    if len(statuses) == len(steps) and steps:
        names = [" and ".join(step.name for step in statuses if step.new == new) for new in ("PAUSED", "ACTIVE")]
        return Headline(verb, action.entity_name, " → ".join(names), tone)
    count = f"{len(steps)} step{'' if len(steps) == 1 else 's'}"
    return Headline(
        verb, action.entity_name, ", ".join(part for part in (effect_text(steps, action.currency), count) if part), tone
    )
