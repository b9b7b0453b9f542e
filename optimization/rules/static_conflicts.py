"""Conflicts that can be seen before they happen: rules of which one can undo what another does.

Shown when a rule is saved. A pair is left out only where it is proven that both can never match together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from intelligence.metrics.catalog import Field
from metaads.models import AdAccount, Level
from optimization.kinds import KINDS
from optimization.models import Rule
from optimization.queue.conflicts import HEIGHT, safety_class
from optimization.rules.compile import CompiledRule, compile_rule, compile_version
from optimization.rules.schema import RuleAction, RuleInvalid, parse
from optimization.rules.selectors import active_rules_in
from optimization.rules.summary import PLURAL
from optimization.rules.together import Side, never_together, own_key

STATUSES = frozenset({"status", "effective_status"})
SHARED = frozenset({"campaign_id", "objective", "account_id", "currency"})
"""Fields that an entity has in common with what it is in."""
NEEDS = {"pause": (("status", ("ACTIVE",)),), "activate": (("status", ("PAUSED",)),)}
VERBS = {
    "pause": ("pauses", "pausing"),
    "activate": ("switches on", "switching on"),
    "increase_budget": ("raises the budget of", "the raise"),
    "decrease_budget": ("lowers the budget of", "the cut"),
    "set_budget": ("sets the budget of", "the set budget"),
}
TURNS = "They take turns: what one pauses, the other starts again. Give one of them a cooldown or a condition more."


@dataclass(frozen=True)
class Conflict:
    """One other rule. `text`: what can happen and who wins, in a sentence or two."""

    rule: Rule
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class _Party:
    """One rule with what it would change. `name`: how a sentence calls it."""

    name: str
    level: str
    priority: int
    compiled: CompiledRule
    action: RuleAction

    @property
    def kind(self) -> str:
        return self.action.kind

    @property
    def verb(self) -> str:
        return VERBS.get(self.kind, (f"does “{KINDS[self.kind].label.lower()}” on", ""))[0]

    @property
    def deed(self) -> str:
        return VERBS.get(self.kind, ("", f"“{KINDS[self.kind].label.lower()}”"))[1]


def conflicts_of(
    accounts: AdAccount | Iterable[AdAccount], level: str, document: Mapping[str, Any], rule: Rule | None = None
) -> list[Conflict]:
    """Active rules of the same accounts that this document can work against, the strongest first.

    `rule`: the rule that the document belongs to, if it is there already (its priority counts, and it is no conflict of
    its own). Without accounts, and for a document that is not sound, there are none yet.
    """
    try:
        compiled = compile_rule(parse(dict(document), level))
    except RuleInvalid:
        return []
    mine = _party(compiled, level, "this rule", rule.priority if rule else Rule().priority)
    if mine is None:
        return []
    found = []
    for other in _others(accounts, rule):
        theirs = _party_of(other)
        said = _meeting(mine, theirs) if theirs else ""
        if said:
            found.append(Conflict(other, said))
    return found


def _others(accounts: AdAccount | Iterable[AdAccount], rule: Rule | None) -> list[Rule]:
    covered = [accounts.pk] if isinstance(accounts, AdAccount) else [account.pk for account in accounts]
    rows = active_rules_in(covered) if covered else Rule.objects.none()
    found = [one for one in rows if rule is None or one.pk != rule.pk]
    return sorted(found, key=lambda one: (-one.priority, one.name, one.pk))


def _party_of(rule: Rule) -> _Party | None:
    try:
        compiled = compile_version(rule.current) if rule.current else None
    except RuleInvalid:
        return None
    return None if compiled is None else _party(compiled, rule.level, f"“{rule.name}”", rule.priority)


def _party(compiled: CompiledRule, level: str, name: str, priority: int) -> _Party | None:
    """None for a rule that changes nothing: notices and suggestions are in nobody's way."""
    action = compiled.document.change
    if action is None or compiled.document.mode == "suggestion_only":
        return None
    return _Party(name, level, priority, compiled, action)


def _meeting(mine: _Party, theirs: _Party) -> str:
    """What happens where both match; empty = they never meet or want no opposite things."""
    if not _opposed(mine.action, theirs.action) or _apart(mine, theirs):
        return ""
    if mine.level == theirs.level:
        return _on_one(mine, theirs)
    upper, lower = sorted((mine, theirs), key=lambda party: HEIGHT[Level(party.level)])
    return _above_and_below(upper, lower, theirs)


def _opposed(one: RuleAction, other: RuleAction) -> bool:
    if one.kind == other.kind == "set_budget":
        return one.parameters != other.parameters
    return (_cuts(one) and _grows(other)) or (_grows(one) and _cuts(other))


def _cuts(action: RuleAction) -> bool:
    return KINDS[action.kind].loss_prevention or action.kind == "set_budget"


def _grows(action: RuleAction) -> bool:
    return KINDS[action.kind].grows


def _apart(mine: _Party, theirs: _Party) -> bool:
    """Whether it is proven that they never want it of one entity (or of one and what it is in) at one moment."""
    if mine.level == theirs.level:
        turns = {mine.kind, theirs.kind} == {"pause", "activate"}
        return never_together(_side(mine, turns), _side(theirs, turns))
    upper, lower = sorted((mine, theirs), key=lambda party: HEIGHT[Level(party.level)])
    return never_together(_shared_side(upper, lower), _shared_side(lower, lower))


def _side(party: _Party, turns: bool) -> Side:
    """Pausing and activating never meet at one moment, but take turns: there the status does not part them."""
    extra = () if turns else NEEDS.get(party.kind, ())
    return Side(party.compiled, extra=extra, ignored=STATUSES if turns else frozenset())


def _shared_side(party: _Party, lower: _Party) -> Side:
    return Side(party.compiled, key_of=partial(_shared_key, party.level, lower.level))


def _shared_key(level: str, lower: str, one: Field) -> str | None:
    """A field's name from below: what is the same on both levels, and the parent's own figures."""
    if level == Level.AD_SET and one.base == "parent_id":
        return "campaign_id"
    if one.base in SHARED:
        return one.key
    direct = HEIGHT[Level(lower)] - HEIGHT[Level(level)] == 1
    if level != lower:
        return f"parent_{one.key}" if direct and one.kind == "number" else None
    return own_key(one)


def _on_one(mine: _Party, theirs: _Party) -> str:
    what = PLURAL[mine.level]
    start = f"{theirs.name} {theirs.verb} {what} that this rule {mine.verb}."
    if {mine.kind, theirs.kind} == {"pause", "activate"}:
        return f"{start} {TURNS}"
    return f"{start} Where both match, {_winner(mine, theirs)}."


def _winner(mine: _Party, theirs: _Party) -> str:
    """As the queue decides: what spends less goes first, then the higher priority."""
    classes = safety_class(mine.kind), safety_class(theirs.kind)
    if classes[0] != classes[1]:
        safe, other = (mine, theirs) if classes[0] < classes[1] else (theirs, mine)
        return f"{safe.deed} wins, for safety goes before growth, and {other.deed} is left out"
    if mine.priority != theirs.priority:
        high = mine if mine.priority > theirs.priority else theirs
        return f"{high.name} wins by its priority of {high.priority}"
    return f"both have the priority {mine.priority}, so the surer of the two wins; give one of them a higher priority"


def _above_and_below(upper: _Party, lower: _Party, theirs: _Party) -> str:
    mine = lower if theirs is upper else upper
    place = f"{PLURAL[lower.level]} in {PLURAL[upper.level]}"
    if theirs is upper:
        start = (
            f"{theirs.name} {theirs.verb} {PLURAL[upper.level]} in which this rule {mine.verb} {PLURAL[lower.level]}."
        )
    else:
        start = f"{theirs.name} {theirs.verb} {place} that this rule {mine.verb}."
    if upper.kind == "pause":
        return f"{start} Where both match, pausing wins, and nothing grows below it."
    return f"{start} Where both match, both are done, each on its own level."
