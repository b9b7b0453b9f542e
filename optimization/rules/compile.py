"""A rule compiled once into flat plans of masks.

NOT is pushed down to the leaves: `not (a and b)` becomes `a fails or b fails`. With an operator's two masks (holds,
fails) this is Kleene's logic exactly, and a plan needs one mask per leaf and no "unknown" mask at all.
"""

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache

from intelligence.metrics import windows
from optimization.models import RuleVersion
from optimization.operators import Condition
from optimization.rules.schema import RuleDocument, parse
from optimization.rules.tree import Leaf, Node, Not


@dataclass(frozen=True)
class Probe:
    """One leaf. `mask_key`: what it asks, and whether where it holds or where it fails. Equal keys, equal masks."""

    condition: Condition
    mask_key: tuple[str, bool]


@dataclass(frozen=True)
class Junction:
    """AND (every) or OR of at least two parts."""

    every: bool
    parts: "tuple[Plan, ...]"


Plan = Probe | Junction


@dataclass(frozen=True)
class CompiledRule:
    """`covers`: the entities that the filters let in (None = all). `matches`: where the conditions are true."""

    document: RuleDocument
    covers: Plan | None
    matches: Plan

    @cached_property
    def probes(self) -> tuple[Probe, ...]:
        """All leaves that decide a match."""
        return (*probes(self.matches), *(probes(self.covers) if self.covers else ()))

    @cached_property
    def deciding(self) -> frozenset[str]:
        """Names of the metrics that decide, without their windows: "roas"."""
        asked = [probe.condition for probe in probes(self.matches)]
        fields = [field for one in asked for field in (one.field, *one.operand.fields)]
        return frozenset(windows.split(field.name)[0] for field in fields)

    @cached_property
    def fails(self) -> Plan:
        """Where the conditions are false; what neither matches nor fails has no data."""
        return plan(self.document.conditions, positive=False)


def compile_rule(document: RuleDocument) -> CompiledRule:
    """The plans of a checked document."""
    filters = [plan(leaf, positive=True) for leaf in document.filters_read]
    return CompiledRule(
        document, junction(True, filters) if filters else None, plan(document.conditions, positive=True)
    )


def compile_version(version: RuleVersion) -> CompiledRule:
    """The plans of a stored version; the same text is compiled once per process. Raises RuleInvalid."""
    return _compile_text(json.dumps(version.document, sort_keys=True), version.rule.level)


@lru_cache(maxsize=1000)
def _compile_text(text: str, level: str) -> CompiledRule:
    return compile_rule(parse(json.loads(text), level))


def plan(node: Node, positive: bool) -> Plan:
    """Where `node` is true (positive) or false. De Morgan: a negated AND is an OR of negations."""
    if isinstance(node, Leaf):
        return Probe(node.condition, (node.condition.key, positive))
    if isinstance(node, Not):
        return plan(node.node, not positive)
    return junction(node.every == positive, [plan(child, positive) for child in node.nodes])


def probes(plan: Plan) -> list[Probe]:
    """The leaves of a plan."""
    return [plan] if isinstance(plan, Probe) else [probe for part in plan.parts for probe in probes(part)]


def junction(every: bool, parts: list[Plan]) -> Plan:
    """Joined, with nested groups of the same sort opened and repeated leaves dropped."""
    flat: list[Plan] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Junction) and part.every == every else [part])
    seen: dict[object, Plan] = {}
    for part in flat:
        seen.setdefault(part.mask_key if isinstance(part, Probe) else id(part), part)
    unique = tuple(seen.values())
    return unique[0] if len(unique) == 1 else Junction(every, unique)
