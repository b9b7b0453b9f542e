"""The builder's controls as its templates want them: names, values, choices, units and what is wrong with each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from intelligence.metrics.catalog import UnknownField
from metaads.models import Level
from optimization.kinds import ALL as ALL_KINDS
from optimization.kinds import KINDS
from optimization.operators import ALL as ALL_OPERATORS
from optimization.operators import OPERATORS, Operator
from optimization.operators.values.inputs import Input
from optimization.rules.form import ActionDraft, Draft, GroupDraft, LeafDraft, MetricDraft
from optimization.rules.form.codec import LISTS
from optimization.rules.form.draft import NodeDraft
from optimization.rules.form.fields import Known, capital, joined, known_fields, name_of
from optimization.rules.form.filling import JSON
from optimization.rules.form.flat import PATHS
from optimization.rules.form.of_model import inputs_of
from optimization.rules.form.reading import LINED
from optimization.rules.own import BadMetric, Names
from optimization.rules.words import window_text

UNITS = {"percent": "%", "ratio": "x", "days": "days", "hours": "hours", "position": "th"}
PLAIN = frozenset({"", "count", "score", "text"})
SIGNS = {">": ">", ">=": "≥", "<": "<", "<=": "≤", "=": "=", "!=": "≠"}
FAMILIES = {frozenset({"number"}): "Figures", frozenset({"text"}): "Texts"}


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    on: bool = False
    kinds: str = ""
    shape: str = ""


@dataclass(frozen=True)
class Control:
    """One control. `look`: line, lines, choice or yes. `unit` stands behind it."""

    name: str
    label: str
    value: str
    look: str = "line"
    unit: str = ""
    choices: Sequence[Choice] = ()
    help: str = ""
    errors: Sequence[str] = ()
    money: bool = False
    numeric: bool = False
    fields: bool = False
    named: bool = False
    follows: bool = False
    example: str = ""

    @property
    def id(self) -> str:
        return control_id(self.name)

    @property
    def described(self) -> str:
        """For aria-describedby."""
        parts = [f"{self.id}-error" if self.errors else "", f"{self.id}-help" if self.help else ""]
        return " ".join(part for part in parts if part)


def control_id(name: str) -> str:
    """A name as an id that a link can point to."""
    return "c-" + "".join(sign if sign.isalnum() else "-" for sign in name).rstrip("-")


@dataclass(frozen=True)
class LeafFace:
    key: str
    negated: int
    field: Control
    window: Control
    operators: Sequence[tuple[str, Sequence[Choice]]]
    operator: str
    controls: Sequence[Control]
    note: str
    unit: str
    raw: bool
    errors: Sequence[str]
    windowed: bool
    number: int
    nested: bool
    leaf: bool = True

    @property
    def said(self) -> str:
        """How the buttons name it."""
        return f"condition {self.number}"


@dataclass(frozen=True)
class GroupFace:
    key: str
    negated: int
    every: bool
    nodes: "Sequence[LeafFace | GroupFace]"
    errors: Sequence[str]
    root: bool
    nested: bool
    word: str
    leaf: bool = False


@dataclass(frozen=True)
class ActionFace:
    key: str
    kinds: Sequence[Choice]
    controls: Sequence[Control]
    timed: str
    hours: Control
    can_be_timed: bool
    raw: bool
    errors: Sequence[str]
    timed_errors: Sequence[str]
    number: int

    @property
    def said(self) -> str:
        return f"action {self.number}"


@dataclass
class Face:
    """All controls of one draft. `problems`: control -> what is wrong. Amounts are in `currency`, "" = not one."""

    draft: Draft
    currency: str = ""
    level: str = ""
    problems: Mapping[str, list[str]] = field(default_factory=dict)
    count: int = 0

    @cached_property
    def names(self) -> Names:
        formulas = {one.name.strip(): one.formula for one in self.draft.metrics if one.name.strip()}
        return Names(self.draft.one("default_window") or "7d", formulas)

    @cached_property
    def tree(self) -> LeafFace | GroupFace:
        return self._node(self.draft.root, 0)

    def _node(self, node: NodeDraft, depth: int) -> LeafFace | GroupFace:
        if isinstance(node, LeafDraft):
            return self._leaf(node, depth)
        nodes = [self._node(child, depth + 1) for child in node.nodes]
        errors = [*self._wrong(node.key), *self._wrong(f"{node.key}-not")]
        word = "all of these" if node.every else "any of these"
        return GroupFace(node.key, node.negated, node.every, nodes, errors, depth == 0, depth > 1, word)

    def _leaf(self, leaf: LeafDraft, depth: int) -> LeafFace:
        self.count += 1
        known = next((one for one in self.known if one.name == name_of(leaf.field)), None)
        operator = OPERATORS.get(leaf.operator)
        unit = self._unit_of(leaf)
        inputs: Sequence[Input] = (JSON,) if leaf.raw or operator is None else operator.inputs
        controls = [self._control(f"{leaf.key}-v{one.key}", one, leaf.texts.get(one.key), unit) for one in inputs]
        field_control = Control(
            f"{leaf.key}-field", f"Field of condition {self.count}", leaf.field, fields=True,
            errors=self._wrong(f"{leaf.key}-field"),
        )  # fmt: skip
        windowed = known is None or bool(known.windows)
        return LeafFace(
            key=leaf.key,
            negated=leaf.negated,
            field=field_control,
            window=self._window(leaf, known, self.count),
            operators=operator_choices(leaf.operator),
            operator=leaf.operator,
            controls=controls,
            note=known.says if known else "",
            unit=self.said(unit),
            raw=leaf.raw,
            errors=[*self._wrong(f"{leaf.key}-operator"), *self._wrong(f"{leaf.key}-not")],
            windowed=windowed and not (operator is not None and operator.own_window),
            number=self.count,
            nested=depth > 1,
        )

    def _window(self, leaf: LeafDraft, known: Known | None, number: int) -> Control:
        every = next((one.windows for one in known_fields() if one.name == "spend"), ())
        offered = list(known.windows if known and known.windows else every)
        if leaf.window and leaf.window not in offered:
            offered.append(leaf.window)
        choices = [Choice("", f"usual window ({self.names.default_window})", not leaf.window)]
        choices += [Choice(one, window_text(one), one == leaf.window) for one in offered]
        return Control(f"{leaf.key}-window", f"Window of condition {number}", leaf.window, "choice", choices=choices)

    def _unit_of(self, leaf: LeafDraft) -> str:
        try:
            return self.names.resolve(joined(leaf.field, leaf.window)).unit if leaf.field.strip() else ""
        except (UnknownField, BadMetric):
            return ""

    def said(self, unit: str) -> str:
        """A unit behind a number: the currency for money, nothing for a plain count."""
        return self.currency or "amount" if unit == "money" else "" if unit in PLAIN else UNITS.get(unit, unit)

    @cached_property
    def known(self) -> Sequence[Known]:
        """The catalogue's fields, and the metrics of the draft's own before them."""
        own = [
            Known(one.name.strip(), one.name.strip(), "Your own metrics", "number", "", (), one.formula)
            for one in self.draft.metrics
            if one.name.strip()
        ]
        windows = next((one.windows for one in known_fields() if one.name == "spend"), ())
        return [*(Known(**{**vars(one), "windows": windows}) for one in own), *known_fields()]

    def _control(self, name: str, one: Input, text: str | None, unit: str = "") -> Control:
        value = one.fallback if text is None else text
        behind = unit if one.unit == "field" else one.unit
        look = "choice" if one.choices else "yes" if one.reads == "yes" else "lines" if one.reads in LISTS else "line"
        choices = [Choice(key, label, key == value) for key, label in one.choices]
        if look == "choice" and value and not any(choice.on for choice in choices):
            choices.append(Choice(value, value, True))
        label = "Value, as JSON" if one is JSON else one.label
        return Control(
            name, label, value, look, "" if look in ("choice", "yes") else self.said(behind), choices, one.help,
            self._wrong(name), money=behind == "money", numeric=one.reads in ("whole", "number", "amount"),
            fields=one.reads == "field", named=bool(one.key) or one.label != "Value", follows=one.unit == "field",
        )  # fmt: skip

    def flat(self, path: str) -> Control:
        """One of the flat parts; a list that is one control holds an item a line."""
        one = PATHS[path]
        held = self.draft.flat.get(path, [])
        text = "\n".join(held) if path in LINED else next(iter(held), one.usual)
        return self._control(f"d.{path}", one.input, text)

    def held(self, path: str) -> list[str]:
        return self.draft.flat.get(path, [])

    @property
    def actions(self) -> list[ActionFace]:
        return [self._action(one, i) for i, one in enumerate(self.draft.actions, 1)]

    def _action(self, action: ActionDraft, number: int) -> ActionFace:
        kind = KINDS.get(action.kind)
        inputs = (JSON,) if action.raw else inputs_of(action.kind)
        kinds = [
            Choice(one.key, one.label, one.key == action.kind)
            for one in ALL_KINDS
            if one.key == action.kind or not self.level or self.level in one.levels
        ]
        if kind is None:
            kinds.append(Choice(action.kind, action.kind or "Choose", True))
        controls = [self._control(f"{action.key}-p{one.key}", one, action.texts.get(one.key)) for one in inputs]
        hours = Input("hours", "Hours", "whole")
        return ActionFace(
            action.key, kinds, controls,
            action.timed, self._control(f"{action.key}-hours", hours, action.hours),
            kind is not None and kind.inverse_key() is not None, action.raw, self._wrong(f"{action.key}-kind"),
            self._wrong(f"{action.key}-timed"), number,
        )  # fmt: skip

    @property
    def metrics(self) -> list[tuple[MetricDraft, Sequence[str]]]:
        return [(one, self._wrong(f"{one.key}-formula")) for one in self.draft.metrics]

    def _wrong(self, name: str) -> list[str]:
        return [capital(one) for one in self.problems.get(name, [])]


def shape_of(operator: Operator) -> str:
    """Equal for operators that ask for the same controls: only another shape needs the form anew."""
    return ",".join(f"{one.key}:{one.reads}" for one in operator.inputs)


def operator_choices(chosen: str) -> list[tuple[str, list[Choice]]]:
    """In groups by the kind of field that they take."""
    groups: dict[str, list[Choice]] = {}
    for one in ALL_OPERATORS:
        label = f"{one.label} ({SIGNS[one.key]})" if one.key in SIGNS else one.label
        choice = Choice(one.key, label, one.key == chosen, " ".join(sorted(one.kinds)), shape_of(one))
        groups.setdefault(FAMILIES.get(one.kinds, "Figures and texts" if len(one.kinds) > 1 else "Tags"), []).append(
            choice
        )
    if chosen not in OPERATORS:
        groups["As written"] = [Choice(chosen, chosen, True)]
    return list(groups.items())


LEVELS = tuple((one.value, {"campaign": "Campaigns", "adset": "Ad sets", "ad": "Ads"}[one.value]) for one in Level)
__all__ = ["LEVELS", "Choice", "Control", "Face", "GroupDraft", "control_id"]
