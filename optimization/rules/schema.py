"""Checks a rule document when it is saved. Either a whole, sound document comes out or every problem with its place."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from pydantic import ValidationError

from metaads.models import Level
from optimization.kinds import KINDS, Kind
from optimization.operators.values.expression import Expression
from optimization.rules.own import Names
from optimization.rules.parts import Filters, Flat, Mode, Safety, Schedule, Step, Timed
from optimization.rules.tree import Leaf, Node, Problem, TreeReader

__all__ = ["Problem", "RuleAction", "RuleDocument", "RuleInvalid", "from_pydantic", "parse"]

# Longer texts for the commonest slips; the others keep pydantic's own words.
PLAIN = {
    "missing": "is missing.",
    "extra_forbidden": "is not known here; check the spelling or remove it.",
    "too_short": "needs at least one entry.",
}


class RuleInvalid(ValueError):
    """The document cannot be saved. `problems` has one entry per fault, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class RuleAction:
    """`parameters` are JSON values that the kind has accepted (amounts in the major unit as text)."""

    kind: str
    parameters: dict[str, Any]
    timed: Timed | None = None


@dataclass(frozen=True)
class RuleDocument:
    """A sound document. `filters_read` are the filters as leaves, all of which must hold.

    `metrics`: metrics of its own, by name, as they read over the default window. Percent: 10 = 10 %.
    """

    default_window: str
    filters: Filters
    filters_read: tuple[Leaf, ...]
    conditions: Node
    actions: tuple[RuleAction, ...]
    mode: Mode
    schedule: Schedule
    safety: Safety
    metrics: Mapping[str, Expression] = attribute(default_factory=dict)
    holdout_percent: float = 0

    @property
    def change(self) -> RuleAction | None:
        """The one action that changes Meta, if there is one."""
        return next((action for action in self.actions if KINDS[action.kind].changes_meta), None)


def parse(document: object, level: str | None = None) -> RuleDocument:
    """The document, checked; `level` also checks that the actions exist there. Raises RuleInvalid."""
    if not isinstance(document, dict):
        raise RuleInvalid([Problem("", "a rule is a JSON object with conditions and actions.")])
    problems: list[Problem] = []
    flat = _flat(document, problems)
    names = _names(flat, problems)
    tree = TreeReader(names, problems)
    conditions = tree.node(document["conditions"], "conditions") if "conditions" in document else None
    if flat is None:
        raise RuleInvalid(problems)
    filters = [tree.node(leaf, path) for path, leaf in flat.filters.as_conditions()]
    actions = _actions(flat.actions, level, problems)
    problems.extend(_alone(flat.mode, actions))
    if level == Level.CAMPAIGN and flat.filters.parent_ids:
        problems.append(Problem("filters.parent_ids", "a campaign has no parent; use campaign_ids."))
    if problems or conditions is None:
        raise RuleInvalid(problems)
    return RuleDocument(
        default_window=flat.default_window,
        filters=flat.filters,
        filters_read=tuple(leaf for leaf in filters if isinstance(leaf, Leaf)),
        conditions=conditions,
        actions=tuple(actions),
        mode=flat.mode,
        schedule=flat.schedule,
        safety=flat.safety,
        metrics={name: formula for name in flat.metrics if (formula := names.formula(name))},
        holdout_percent=flat.holdout_percent,
    )


def _names(flat: Flat | None, problems: list[Problem]) -> Names:
    """The names that conditions may use, with a problem for each metric of the document's own that has a fault."""
    names = Names(flat.default_window, flat.metrics) if flat else Names()
    problems.extend(Problem(f"metrics.{name}" if name else "metrics", why) for name, why in names.faults())
    return names


def _flat(document: dict[str, object], problems: list[Problem]) -> Flat | None:
    try:
        return Flat.model_validate(document)
    except ValidationError as error:
        problems.extend(from_pydantic(error))
        return None


def from_pydantic(error: ValidationError, prefix: str = "") -> list[Problem]:
    """Pydantic's errors with our places and plain words."""
    problems = []
    found = error.errors(include_url=False, include_context=False)
    for one in found:
        if one["type"] == "too_short" and any(_inside(other["loc"], one["loc"]) for other in found):
            continue  # pydantic counts a faulty entry as missing
        path = prefix
        for part in one["loc"]:
            path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
        message = one["msg"].removeprefix("Value error, ")
        named = re.match(r"([a-z_]+): (.+)", message)
        if named:  # a check over several parameters says which one it means
            path, message = f"{path}.{named[1]}", named[2]
        problems.append(Problem(path, PLAIN.get(one["type"], message)))
    return problems


def _inside(place: tuple[int | str, ...], of: tuple[int | str, ...]) -> bool:
    return place != of and place[: len(of)] == of


def _actions(steps: Sequence[Step], level: str | None, problems: list[Problem]) -> list[RuleAction]:
    read = []
    for i, step in enumerate(steps):
        kind = KINDS.get(step.kind)
        if kind is None:
            names = ", ".join(KINDS)
            problems.append(Problem(f"actions[{i}].kind", f"there is no action {step.kind!r}; use one of {names}."))
            continue
        if level is not None and level not in kind.levels:
            problems.append(Problem(f"actions[{i}].kind", f"{kind.label} is not possible at level {level}."))
        parameters = _parameters(kind, step, f"actions[{i}].parameters", problems)
        if step.timed is not None and kind.inverse_key() is None:
            problems.append(Problem(f"actions[{i}].timed", f"{kind.label} cannot be undone, so it cannot be timed."))
        if parameters is not None:
            read.append(RuleAction(step.kind, parameters, step.timed))
    changing = [i for i, step in enumerate(steps) if step.kind in KINDS and KINDS[step.kind].changes_meta]
    if len(changing) > 1:
        text = "a rule changes one thing at Meta; only notices may be added to it. Make a second rule."
        problems.append(Problem(f"actions[{changing[1]}].kind", text))
    return read


def _parameters(kind: Kind, step: Step, path: str, problems: list[Problem]) -> dict[str, Any] | None:
    try:
        parameters = kind.Parameters.model_validate(step.parameters)
    except ValidationError as error:
        problems.extend(from_pydantic(error, path))
        return None
    return parameters.model_dump(mode="json", exclude_none=True)


def _alone(mode: str, actions: Sequence[RuleAction]) -> list[Problem]:
    if mode != "automatic":
        return []
    bound = [KINDS[action.kind].label for action in actions if not KINDS[action.kind].may_act_alone]
    return [Problem("mode", f"{label} always needs a person's approval.") for label in bound]
