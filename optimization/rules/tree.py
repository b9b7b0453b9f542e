"""The condition tree: `{"all": [...]}`, `{"any": [...]}`, `{"not": node}` and leaves, read with their exact places."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

from intelligence.metrics.catalog import Field, UnknownField
from optimization.operators import OPERATORS, Condition, Operator, ValueProblem
from optimization.operators.values.expression import Expression, ExpressionError, number, parse
from optimization.rules.own import BadMetric, Names, unknown_text

DEEPEST = 8
MOST_LEAVES = 200
# Thresholds on percentages: 1000 % is far beyond any rate, so more is a slip such as 5000 for 50.00.
LARGEST_PERCENT = 1000
LARGEST = 10**15
GROUP_HINTS = {"and": "all", "or": "any", "AND": "all", "OR": "any", "ALL": "all", "ANY": "any", "NOT": "not"}


@dataclass(frozen=True)
class Problem:
    """What is wrong and where: `conditions.all[1].value`."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(frozen=True)
class Leaf:
    """`written` is the field as the document names it; `condition.field` is what is read."""

    path: str
    condition: Condition
    written: str


@dataclass(frozen=True)
class Group:
    """`every`: AND of the nodes; otherwise OR. Never empty."""

    path: str
    every: bool
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True)
class Not:
    path: str
    node: "Node"


Node = Leaf | Group | Not


def leaves(node: Node) -> list[Leaf]:
    """All leaves in reading order."""
    if isinstance(node, Leaf):
        return [node]
    if isinstance(node, Not):
        return leaves(node.node)
    return [leaf for child in node.nodes for leaf in leaves(child)]


class _Fault(Exception):
    """Ends the reading of one node; the reader goes on with the next."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(path, message)


@dataclass
class TreeReader:
    """Reads one document's tree and collects every problem on the way, the first of each node."""

    names: Names
    problems: list[Problem] = attribute(default_factory=list)
    count: int = 0

    def node(self, raw: object, path: str, depth: int = 1) -> Node | None:
        """The node, or None after adding at least one problem."""
        try:
            return self._node(raw, path, depth)
        except _Fault as fault:
            self.problems.append(fault.problem)
            return None

    def _node(self, raw: object, path: str, depth: int) -> Node | None:
        if depth > DEEPEST:
            raise _Fault(path, f"nested deeper than {DEEPEST} groups; flatten it or split the rule.")
        if not isinstance(raw, Mapping):
            raise _Fault(path, 'expected a group {"all": [...]} or a condition {"field", "operator", "value"}.')
        if "field" in raw or "operator" in raw:
            return self._leaf(raw, path)
        if len(raw) != 1:
            raise _Fault(path, 'a group has exactly one key: "all", "any" or "not".')
        key, content = next(iter(raw.items()))
        if key in ("all", "any"):
            return self._group(key == "all", content, f"{path}.{key}", depth)
        if key == "not":
            inner = self.node(content, f"{path}.not", depth + 1)
            return inner and Not(path, inner)
        hint = f' Write "{GROUP_HINTS[key]}".' if key in GROUP_HINTS else ""
        raise _Fault(path, f'"{key}" is no group: use "all", "any" or "not".{hint}')

    def _group(self, every: bool, content: object, path: str, depth: int) -> Node | None:
        if not isinstance(content, list):
            raise _Fault(path, "a group holds a list of conditions.")
        if not content:
            raise _Fault(path, "this group is empty; give it at least one condition or remove it.")
        nodes = [self.node(child, f"{path}[{i}]", depth + 1) for i, child in enumerate(content)]
        sound = tuple(node for node in nodes if node is not None)
        return Group(path, every, sound) if len(sound) == len(nodes) else None

    def _leaf(self, raw: Mapping[str, object], path: str) -> Leaf:
        self.count += 1
        if self.count == MOST_LEAVES + 1:
            raise _Fault(path, f"more than {MOST_LEAVES} conditions; split the rule.")
        extra = sorted(set(raw) - {"field", "operator", "value"})
        if extra:
            raise _Fault(f"{path}.{extra[0]}", 'a condition has "field", "operator" and "value" only.')
        field = self._field(raw.get("field"), path)
        operator = self._operator(raw.get("operator"), path)
        reader = ValueReader(self.names, str(raw["field"]).strip())
        try:
            read = operator.reads(field, reader)
        except ValueProblem as problem:
            raise _Fault(f"{path}.operator", problem.message) from None
        try:
            operand = operator.read(read, raw.get("value"), reader)
        except ValueProblem as problem:
            raise _Fault(f"{path}.value{problem.place}", problem.message) from None
        return Leaf(path, Condition(read, operator, operand), reader.written)

    def _field(self, name: object, path: str) -> Field:
        if not isinstance(name, str) or not name.strip():
            raise _Fault(f"{path}.field", "name the field, such as spend_7d.")
        try:
            return self.names.resolve(name.strip())
        except UnknownField as problem:
            raise _Fault(f"{path}.field", unknown_text(problem)) from None
        except BadMetric as problem:
            raise _Fault(f"{path}.field", f"{name.strip()}: {problem}") from None

    def _operator(self, key: object, path: str) -> Operator:
        operator = OPERATORS.get(key) if isinstance(key, str) else None
        if operator is None:
            raise _Fault(f"{path}.operator", f"{key!r} is no operator; use one of {' '.join(OPERATORS)}.")
        return operator


@dataclass(frozen=True)
class ValueReader:
    """What operators may ask while they read their value (see `operators.base.Reader`)."""

    names: Names
    written: str

    def field(self, name: str) -> Field:
        try:
            return self.names.resolve(name)
        except UnknownField as problem:
            raise ValueProblem(unknown_text(problem)) from None
        except BadMetric as problem:
            raise ValueProblem(f"{name}: {problem}") from None

    def number(self, raw: object, field: Field, place: str = "") -> Expression:
        """A constant or an expression; refused if it cannot be a value of `field`."""
        if isinstance(raw, str) and raw.strip():
            try:
                expression = parse(raw, self.field)
            except (ExpressionError, ValueProblem) as problem:
                raise ValueProblem(str(problem), place) from None
        elif raw is None:
            raise ValueProblem(f"{field.name}: compared with what? Write a number, a field or target_cpa * 2.", place)
        elif isinstance(raw, bool) or not isinstance(raw, int | float):
            raise ValueProblem(f"{field.name} is a number: {raw!r} is neither a number nor an expression.", place)
        else:
            expression = number(raw if abs(raw) <= LARGEST else math.inf)
        misfit = _misfit(expression, field)
        if misfit:
            raise ValueProblem(misfit, place)
        return expression


def _misfit(expression: Expression, field: Field) -> str:
    """Why the expression is no value of `field`; empty = it may be one."""
    constant = expression.constant
    if constant is not None and not abs(constant) <= LARGEST:  # also true for NaN
        return "the number is out of range."
    if constant is not None and field.unit == "percent" and abs(constant) > LARGEST_PERCENT:
        return f"{expression.text} % is out of range for {field.name}, a percentage; write 1.5 for 1.5 %."
    other = expression.fields[0] if expression.is_field else field
    if other.unit and field.unit and other.unit != field.unit:
        return f"{field.name} is a {field.unit} figure and {other.name} a {other.unit} figure; they do not compare."
    return ""
