"""The facts of a plan: one set for each of its steps, that know of each other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from optimization.entities import Entity
from optimization.guards import MADE, Facts
from optimization.queue.facts import Surroundings, Wish, facts_for
from optimization.steps import Key, Step, is_reference, made_budget, net_change


def facts_of_steps(
    around: Surroundings,
    wish: Wish,
    steps: Sequence[Step],
    about: Entity,
    concerns: Mapping[Key, Entity],
    current: Callable[[Step, Entity], Any],
    **options: Any,
) -> list[Facts]:
    """Each change of what exists by itself, and what is made by the budget that it will have.

    `about`: what the plan is about; `concerns`: the objects that its steps set; `current`: what Meta shows of one.
    """
    facts = []
    for step in steps:
        entity = concerns.get((step.level, step.entity_id))
        if step.op == "set" and entity is not None:
            single = replace(wish, field=step.field, before=step.old, wanted=step.new)
            facts.append(facts_for(around, single, entity, current(step, entity), **options))
    if any(step.op != "set" for step in steps):
        made = replace(wish, field=MADE, before=0, wanted=made_budget(steps))
        facts.append(facts_for(around, made, about, 0, **options))
    return beside_each_other(facts, steps)


def beside_each_other(facts: list[Facts], steps: Sequence[Step]) -> list[Facts]:
    """What the other steps of the plan add counts with each: a reallocation adds nothing in all."""
    known = [one.adds for one in facts]
    missing = any(step.op == "set" and not is_reference(step.entity_id) for step in steps) and not facts
    if None in known or missing:
        return [replace(one, plan_adds=net_change(steps), plan_adds_in_campaign=None) for one in facts]
    net = sum(one for one in known if one is not None)
    return [
        replace(one, plan_adds=net - adds, plan_adds_in_campaign=net - adds)
        for one, adds in zip(facts, known, strict=True)
        if adds is not None
    ]


def one_of(facts: Facts, steps: Sequence[Step]) -> Facts:
    """A single step of a plan that is under way, beside all others of it."""
    net, adds = net_change(steps), facts.adds
    others = None if net is None or adds is None else net - adds
    return replace(facts, plan_adds=others, plan_adds_in_campaign=others)
