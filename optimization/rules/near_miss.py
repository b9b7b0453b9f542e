"""How near a rule came to firing: the smallest change of the figures that would have made it fire, as a sentence.

An AND needs all of its failing conditions to turn, an OR the one that needs least. A condition without data needs data,
and no change of a figure can stand in for that. Thresholds that are calculated are taken as they were.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metaads.graph.money import offset
from optimization.operators import Condition
from optimization.rules.trace import FALSE, NO_DATA, TRUE
from optimization.rules.tree import Leaf, Node, Not
from optimization.rules.words import condition_text, field_text, joined, number_text, window_text

MOST_SAID = 4
STRICT, LOOSE = frozenset({">", "<"}), frozenset({">=", "<="})
UPWARD, DOWNWARD = frozenset({">", ">="}), frozenset({"<", "<="})


@dataclass(frozen=True)
class Turn:
    """What would turn a node: clauses, conditions without data among them, and the effort (shares of thresholds)."""

    clauses: tuple[str, ...]
    blind: int
    effort: float


def sentence(conditions: Node, trace: Mapping[str, Any], currency: str = "") -> str:
    """ "Would fire if spend rose by 12.40 EUR." for a trace that did not match; "" for one that did."""
    if trace.get("result") == TRUE:
        return ""
    turn = _turn(conditions, trace, True, currency)
    said = turn.clauses[:MOST_SAID]
    more = len(turn.clauses) - len(said)
    rest = (f"{more} more conditions turned",) if more > 1 else ("one more condition turned",) if more else ()
    return f"Would fire if {joined((*said, *rest))}." if said else ""


def _turn(node: Node, trace: Mapping[str, Any], wanted: bool, currency: str) -> Turn:
    """What makes `node` true (wanted) or false. Nothing if it is so already."""
    if trace["result"] == (TRUE if wanted else FALSE):
        return Turn((), 0, 0.0)
    if isinstance(node, Leaf):
        return _leaf(node, trace, wanted, currency)
    children = trace["children"]
    if isinstance(node, Not):
        return _turn(node.node, children[0], not wanted, currency)
    turns = [_turn(child, one, wanted, currency) for child, one in zip(node.nodes, children, strict=True)]
    return _all(turns) if node.every == wanted else min(turns, key=_rank)


def _all(turns: list[Turn]) -> Turn:
    clauses = tuple(dict.fromkeys(clause for turn in turns for clause in turn.clauses))
    return Turn(clauses, sum(turn.blind for turn in turns), sum(turn.effort for turn in turns))


def _rank(turn: Turn) -> tuple[int, float, int]:
    return turn.blind, turn.effort, len(turn.clauses)


def _leaf(leaf: Leaf, trace: Mapping[str, Any], wanted: bool, currency: str) -> Turn:
    condition = leaf.condition
    subject = f"{field_text(condition.field)} {window_text(condition.field.window or '')}".strip()
    if trace["result"] == NO_DATA:
        return Turn((f"there were data for {subject}",), 1, 0.0)
    value, numbers = trace["value"], _numbers(trace["threshold"])
    by = None if not isinstance(value, float) or numbers is None else condition.operator.missing_by(value, numbers)
    if by is None:
        said = condition_text(condition, currency)
        return Turn((said if wanted else f"not ({said})",), 0, 1.0)
    effort = abs(by) / max(abs(value), abs(value + by), 1e-9)
    return Turn((f"{subject} {_way(condition, by, wanted, currency)}",), 0, effort)


def _way(condition: Condition, by: float, wanted: bool, currency: str) -> str:
    """Direction and size. A bound that must be passed and not only reached is passed by "more than" its distance."""
    key = condition.operator.key
    strict = key in STRICT if wanted else key in LOOSE
    rises = by > 0 or (by == 0 and key in (UPWARD if wanted else DOWNWARD))
    verb = "rose" if rises else "fell"
    if by == 0:
        return f"{verb} at all" if strict else "changed at all"
    return f"{verb} by {'more than ' if strict else ''}{_amount(abs(by), condition.field.unit, currency)}"


def _numbers(threshold: Any) -> tuple[float, ...] | None:
    found = threshold if isinstance(threshold, list) else [threshold]
    return tuple(found) if all(isinstance(one, float) for one in found) else None


def _amount(by: float, unit: str, currency: str) -> str:
    """Rounded up to what a person reads: a change of as much is enough."""
    if unit == "count":
        return number_text(math.ceil(round(by, 6)), unit)
    step = offset(currency) if unit == "money" and currency else 100
    return number_text(math.ceil(round(by * step, 4)) / step, unit, currency)
