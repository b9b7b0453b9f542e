"""Cooldown per entity across all sources: 4 h after any executed action; 24 h between the optimiser's own.

A goal's campaigns: 72 h between promotions of a creative, 24 h between scalings.
"""

from datetime import datetime

from metaads.moments import lasting
from optimization.guards.base import BY_MACHINES, MADE, Facts, Guard, Verdict
from optimization.models import Source


class Cooldown(Guard):
    key = "cooldown"
    label = "Cooldown"
    binds = BY_MACHINES
    spares_loss_prevention = True

    def check(self, facts: Facts) -> Verdict:
        clear, closest, waits = True, 1.0, _waits(facts)
        for since, limit in waits:
            if since is None or limit == 0:
                continue
            hours = (facts.now - since).total_seconds() / 3600
            if hours < limit:
                return self.blocks(
                    f"Changed {lasting(hours)} ago; {lasting(limit - hours)} to wait.", f"{limit:g} h", passing=True
                )
            clear, closest = False, min(closest, hours / limit - 1)
        setting = f"{waits[-1][1]:g} h"
        return self.passes("Cooldown clear." if clear else "The last change is long enough ago.", setting, closest)


def _waits(facts: Facts) -> list[tuple[datetime | None, float]]:
    """(last such change, hours to wait from it)."""
    limits = facts.limits
    waits: list[tuple[datetime | None, float]] = [(facts.last_executed_at, limits.cooldown_hours)]
    if facts.source == Source.OPTIMIZER:
        waits.append((facts.last_optimizer_at, limits.optimizer_cooldown_hours))
    if facts.source == Source.ORCHESTRATOR:
        hours = limits.promotion_cooldown_hours if facts.field == MADE else limits.scaling_cooldown_hours
        waits.append((facts.last_orchestrator_at, hours))
    return waits


COOLDOWN = Cooldown()
