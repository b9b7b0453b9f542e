"""Whether two rules can match at the same moment: a proof that they cannot, or "perhaps".

Conditions are opened into alternatives of plain constraints. Two alternatives exclude each other if one field would
have to lie in two places at once: two ranges apart, two lists without a common text, a tag that must and must not be
there, a ratio that does not exist where its lower sum is zero. What is not understood constrains nothing.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from intelligence.metrics.catalog import Field
from intelligence.metrics.families.ratios import ratio_of
from optimization.operators import Condition
from optimization.operators.trend import STABLE_BELOW
from optimization.operators.values.expression import Expression
from optimization.operators.values.ranked import Ranked
from optimization.operators.values.texts import CLOSED
from optimization.rules.compile import CompiledRule, Plan, Probe
from optimization.rules.domains import Domain, Range, Tags, Texts, narrow

MOST = 64
"""Alternatives of one rule that are looked at; a rule with more is taken to fit any other."""
NEVER_NEGATIVE = frozenset({"sums", "ratios", "targets", "state"})
OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "=": "!=", "!=": "=", "between": "not_between",
            "not_between": "between", "in": "not_in", "not_in": "in", "is": "is_not", "is_not": "is",
            "has_tag": "has_no_tag", "has_no_tag": "has_tag"}  # fmt: skip


KeyOf = Callable[[Field], str | None]
"""What a field is called when two rules are compared; None = it says nothing of what the other rule speaks of."""


@dataclass(frozen=True)
class Constraint:
    """One leaf, with NOT already worked in: `operator` is the opposite one where the leaf must fail."""

    key: str
    field: Field
    operator: str
    numbers: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()


def own_key(one: Field) -> str | None:
    """For two rules of the same level."""
    return one.key


@dataclass(frozen=True)
class Side:
    """One rule, as `together` sees it. `extra`: texts that a field must have for its action to make sense."""

    rule: CompiledRule
    key_of: KeyOf = own_key
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ignored: frozenset[str] = frozenset()


def never_together(first: Side, second: Side) -> bool:
    """Whether it is proven that no entity can match both rules at one moment."""
    mine, theirs = _alternatives(first), _alternatives(second)
    if mine is None or theirs is None:
        return False
    return all(not _possible([*a, *b], (*first.extra, *second.extra)) for a, b in product(mine, theirs))


def _alternatives(side: Side) -> list[list[Constraint]] | None:
    plans = [side.rule.matches, *([side.rule.covers] if side.rule.covers else [])]
    opened = [_opened(plan) for plan in plans]
    known = [one for one in opened if one is not None]
    if len(known) < len(opened) or math.prod(map(len, known)) > MOST:
        return None
    return [
        [made for probe in (p for part in parts for p in part) if (made := _constraint(probe, side)) is not None]
        for parts in product(*known)
    ]


def _opened(plan: Plan) -> list[list[Probe]] | None:
    """The plan as alternatives, of each of which every probe must hold; None = too many."""
    if isinstance(plan, Probe):
        return [[plan]]
    parts = [_opened(part) for part in plan.parts]
    known = [part for part in parts if part is not None]
    count = math.prod(map(len, known)) if plan.every else sum(map(len, known))
    if len(known) < len(parts) or count > MOST:
        return None
    if not plan.every:
        return [alternative for part in known for alternative in part]
    return [[probe for part in chosen for probe in part] for chosen in product(*known)]


def _constraint(probe: Probe, side: Side) -> Constraint | None:
    condition, (_, positive) = probe.condition, probe.mask_key
    key, operator = side.key_of(condition.field), condition.operator.key
    if key is None or key in side.ignored:
        return None
    if operator in ("increasing", "decreasing", "stable"):
        return _trend(key, condition, positive)
    if operator in ("contains", "matches"):
        return Constraint(
            key, condition.field, operator if positive else f"not_{operator}", texts=condition.operand.texts
        )
    if isinstance(condition.operand.extra, Ranked):
        return _place(key, condition, condition.operand.extra) if positive else None
    if operator not in OPPOSITE or condition.operand.extra is not None:
        return None
    operator = operator if positive else OPPOSITE[operator]
    if condition.operand.texts:
        return Constraint(key, condition.field, operator, texts=condition.operand.texts)
    return _numeric(key, condition, operator, side.key_of)


def _trend(key: str, condition: Condition, positive: bool) -> Constraint | None:
    """`stable` that must fail is two ranges, which is more than one constraint says: it constrains nothing."""
    word = condition.operator.key
    if word == "stable":
        return Constraint(key, condition.field, "inside", (-STABLE_BELOW, STABLE_BELOW)) if positive else None
    edge, holds, fails = (STABLE_BELOW, ">=", "<") if word == "increasing" else (-STABLE_BELOW, "<=", ">")
    return Constraint(key, condition.field, holds if positive else fails, (edge,))


def _place(key: str, condition: Condition, asked: Ranked) -> Constraint | None:
    """Of a ranking by percent: where it stands, 100 the top. Two rankings compare if they rank the same ones."""
    if not asked.percent:
        return None
    ranked = f"{key} among {replace(asked, percent=0.0).key}"
    if condition.operator.key == "in_top":
        return Constraint(ranked, condition.field, ">=", (100 - asked.percent,))
    return Constraint(ranked, condition.field, "<", (asked.percent,))


def _numeric(key: str, condition: Condition, operator: str, key_of: KeyOf) -> Constraint | None:
    """Against numbers; or against a multiple of another field, which both rules may compare with."""
    terms = condition.operand.terms
    constants = tuple(term.constant for term in terms if term.constant is not None)
    if len(constants) == len(terms):
        return Constraint(key, condition.field, operator, constants)
    if len(terms) != 1 or operator not in (">", ">=", "<", "<="):
        return None
    found = multiple_of(terms[0])
    other = key_of(found[1]) if found else None
    if found is None or other is None or found[1].family not in NEVER_NEGATIVE:
        return None
    if found[1].family != "targets" and operator in (">=", "<="):
        return None  # where both are zero, "at least twice" and "at most half" hold together; a target is never zero
    return Constraint(f"{key} / {other}", condition.field, operator, (found[0],))


def multiple_of(expression: Expression) -> tuple[float, Field] | None:
    """(factor, field) of `target_cpa * 2` or `cpa_30d`; None for anything else."""
    if len(expression.fields) != 1:
        return None
    tried = np.array([0.0, 1.0, 2.0, 7.0])
    got = np.broadcast_to(expression.value(lambda _: tried), tried.shape)
    factor = float(got[1])
    return (factor, expression.fields[0]) if factor > 0 and np.allclose(got, tried * factor) else None


def _possible(constraints: Sequence[Constraint], extra: Iterable[tuple[str, tuple[str, ...]]]) -> bool:
    domains: dict[str, Domain] = {}
    fields: dict[str, Field] = {}
    for one in constraints:
        fields[one.key] = one.field
        domain = domains.setdefault(one.key, _fresh(one))
        narrow(domain, one.operator, one.numbers, one.texts)
    for key, texts in extra:
        wanted = domains.setdefault(key, Texts())
        if isinstance(wanted, Texts):
            wanted.one_of(texts)
    _link_statuses(domains)
    return all(domain.possible for domain in domains.values()) and not _no_ratio(domains, fields)


def _link_statuses(domains: dict[str, Domain]) -> None:
    """What delivers is switched on, and what Meta shows as paused is switched off by itself."""
    effective = domains.get("effective_status")
    if isinstance(effective, Texts) and effective.among in ({"ACTIVE"}, {"PAUSED"}):
        status = domains.setdefault("status", Texts())
        if isinstance(status, Texts):
            status.one_of(effective.among)


def _fresh(one: Constraint) -> Domain:
    if one.operator in ("has_tag", "has_no_tag"):
        return Tags()
    if one.field.kind == "number":
        return Range()
    return Texts(among=set(CLOSED[one.field.base])) if one.field.base in CLOSED else Texts()


def _no_ratio(domains: dict[str, Domain], fields: dict[str, Field]) -> bool:
    """A CPA where there are no conversions: the ratio is unknown there, and unknown matches nothing."""
    zero = {fields[key].name for key, domain in domains.items() if isinstance(domain, Range) and domain.is_zero
            and key in fields and fields[key].family == "sums" and key == fields[key].key}  # fmt: skip
    for one in fields.values():
        ratio = ratio_of(one.base) if one.family == "ratios" else None
        if ratio and f"{ratio.bottom}_{one.window}" in zero:
            return True
    return False
