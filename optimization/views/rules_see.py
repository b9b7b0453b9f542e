"""What active rules see of one entity: the figures that each reads, and whether it would match at this moment."""

from dataclasses import dataclass

import numpy as np
from django.urls import reverse

from intelligence.metrics.frame import Frame
from metaads.models import AdAccount
from optimization.kinds import KINDS
from optimization.models import Rule
from optimization.rules.compile import CompiledRule, compile_version
from optimization.rules.evaluate import evaluate_many
from optimization.rules.history import context_for
from optimization.rules.schema import RuleInvalid
from optimization.rules.selectors import active_rules
from optimization.views.trace import TraceNode, tree_of

VERDICTS: dict[str, tuple[str, str]] = {
    "true": ("live", "would match now"),
    "false": ("quiet", "does not match"),
    "no data": ("watch", "no data to decide"),
}


@dataclass(frozen=True)
class Seen:
    """One rule. `tone` and `word` say its verdict, `failing` the conditions that keep it from matching."""

    name: str
    summary: str
    wants: str
    tone: str
    word: str
    tree: TraceNode | None
    failing: tuple[str, ...]
    href: str = ""


def rules_see(account: AdAccount, frame: Frame, entity_id: str) -> list[Seen]:
    """Active rules of the frame's level, those that would match first. A rule that cannot be read says so."""
    row = frame.row(entity_id)
    if row is None:
        return []
    rules = [rule for rule in active_rules(account) if rule.level == frame.level]
    sound: list[tuple[Rule, CompiledRule]] = []
    seen: list[Seen] = []
    for rule in rules:
        try:
            assert rule.current is not None  # noqa: S101  (active_rules has only such; tells mypy)
            sound.append((rule, compile_version(rule.current)))
        except RuleInvalid as error:
            seen.append(Seen(rule.name, str(error), "", "bad", "cannot be read", None, ()))
    outcomes = evaluate_many([compiled for _, compiled in sound], frame, context_for(account, frame))
    for (rule, compiled), outcome in zip(sound, outcomes, strict=True):
        trace = outcome.traces(np.array([row], dtype=np.intp), account.currency)[0]
        seen.append(_seen(rule, compiled, trace, bool(outcome.covered[row]), account.currency))
    order = ["bad", "live", "watch", "quiet"]
    return sorted(seen, key=lambda one: (order.index(one.tone), one.name))


def _seen(rule: Rule, compiled: CompiledRule, trace: dict[str, object], covered: bool, currency: str) -> Seen:
    tree = tree_of(_ageless(trace), currency)
    tone, word = VERDICTS.get(str(trace["result"]), VERDICTS["no data"])
    if not covered:
        tone, word = "quiet", "its filters leave this out"
    return Seen(
        name=rule.name,
        summary=rule.current.summary if rule.current else "",
        wants=", ".join(KINDS[action.kind].label for action in compiled.document.actions),
        tone=tone,
        word=word,
        tree=tree,
        failing=tuple(_failing(tree)) if tree and tone != "live" else (),
        href=reverse("rule", args=[rule.public_id]),
    )


def _ageless(node: object) -> object:
    """Without the age of the data at each condition: the page says once how old its figures are."""
    if not isinstance(node, dict):
        return node
    children = [_ageless(child) for child in node.get("children", ())]
    return {**node, "age_minutes": None, **({"children": children} if children else {})}


def _failing(node: TraceNode) -> list[str]:
    """The conditions that do not hold, or have no data, with what was found."""
    if node.children:
        return [text for child in node.children for text in _failing(child)]
    return [] if node.tone == "good" else [f"{node.text} (now {node.actual})"]
