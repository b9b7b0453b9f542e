"""Move money from the siblings that earn least to those that earn most, with the total unchanged.

Weights are ROAS x confidence (spec 40 [B]); confidence is n / (n + 5) with n conversions: what a figure's own data
weigh against a prior worth five conversions. A sibling whose ROAS is unknown keeps what it has and takes no part.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from metaads.graph.money import money_text
from metaads.models import Level
from optimization.entities import Entity
from optimization.kinds.base import FieldChange, Headline, Kind, KindParameters, Refusal
from optimization.kinds.budget import Money
from optimization.kinds.plan_words import headline_of
from optimization.kinds.pool import BUDGET, Pool, amount_of, earning_of, part_of, pool_of, too_few_or_alike
from optimization.models import ACCOUNT_LEVEL, Action
from optimization.shares import NoSplit, moves
from optimization.steps import Plan, Step
from optimization.world import World

SMALLEST_MOVE = Decimal(1)
"""Percent of a budget; less is not worth a write, for Meta takes few budget changes an hour."""


class ReallocateParameters(KindParameters):
    """Bounds of every new budget in the major unit, beside the account's own step limits."""

    window: Literal["3d", "7d", "14d", "30d"] = Field("7d", title="By the ROAS of")
    members: Annotated[int, Field(ge=2, le=200)] = Field(3, title="Among at least", description="So many siblings.")
    ratio: Annotated[Decimal, Field(gt=1, le=1000, allow_inf_nan=False)] = Field(
        Decimal("1.5"), title="Best against worst ROAS", description="At least so many times; nearer is noise."
    )
    lower: Money | None = Field(None, title="Never below")
    upper: Money | None = Field(None, title="Never above")


class Reallocate(Kind):
    key = "reallocate"
    label = "Reallocate budget"
    levels = frozenset({Level.CAMPAIGN.value, ACCOUNT_LEVEL})
    Parameters = ReallocateParameters
    may_act_alone = False
    grows = True

    def plan(self, entity: Entity, parameters: Mapping[str, Any], world: World) -> FieldChange | Plan | Refusal:
        asked = ReallocateParameters.model_validate(parameters)
        pool = pool_of(entity, world)
        if isinstance(pool, Refusal):
            return pool
        earning = earning_of(pool, asked.window, world)
        refusal = too_few_or_alike(pool, earning, asked.members, asked.ratio)
        if refusal:
            return Refusal(refusal)
        least = world.least_budget(entity) if pool.field == BUDGET else 1
        if least is None:
            return Refusal("Meta's least daily budget is not known yet, so nothing is lowered.")
        known = [one for one in pool.members if one.meta_id in earning]
        own = (asked.lower, asked.upper)
        parts = [part_of(one, pool.field, earning[one.meta_id][1], least, own, world) for one in known]
        try:
            found = moves(parts, SMALLEST_MOVE)
        except NoSplit as problem:
            return Refusal(f"{problem} Amounts are in {world.currency}, smallest unit.")
        if not found:
            return Refusal(f"The {pool.word} share the money as they should.")
        return _plan(entity, pool, known, found, asked, world.currency)

    def inverse_key(self) -> str | None:
        return self.key

    def headline(self, action: Action) -> Headline:
        return headline_of(action, self.label, "watch")


def _plan(
    entity: Entity,
    pool: Pool,
    known: Sequence[Entity],
    found: Mapping[str, int],
    asked: ReallocateParameters,
    currency: str,
) -> Plan:
    """Decreases before increases."""
    moved = [one for one in known if one.meta_id in found]
    steps = [
        Step("set", one.level, one.meta_id, one.name, pool.field, amount_of(one, pool.field), found[one.meta_id])
        for one in moved
    ]
    total = money_text(sum(amount_of(one, pool.field) for one in known), currency)
    what = "spend limits" if pool.field != BUDGET else "budgets"
    note = f"The total of {len(known)} {what}, {total} a day, stays as it is, shared by ROAS x confidence."
    return Plan(entity, tuple(sorted(steps, key=lambda step: (step.new > step.old, step.entity_id))), note)


REALLOCATE = Reallocate()
