"""Cooldown per entity across all sources: 4 h after any executed action, 24 h between the optimiser's."""

from datetime import datetime

from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict
from optimization.models import Source


class Cooldown(Guard):
    key = "cooldown"
    label = "Cooldown"
    binds = BY_MACHINES
    spares_loss_prevention = True

    def check(self, facts: Facts) -> Verdict:
        clear, closest = True, 1.0
        waits: list[tuple[datetime | None, float]] = [(facts.last_executed_at, facts.limits.cooldown_hours)]
        if facts.source == Source.OPTIMIZER:
            waits.append((facts.last_optimizer_at, facts.limits.optimizer_cooldown_hours))
        for since, limit in waits:
            if since is None or limit == 0:
                continue
            hours = (facts.now - since).total_seconds() / 3600
            if hours < limit:
                return self.blocks(
                    f"Changed {hours:.1f} h ago; {limit - hours:.1f} h to wait.", f"{limit:g} h", passing=True
                )
            clear, closest = False, min(closest, hours / limit - 1)
        setting = f"{waits[-1][1]:g} h"
        return self.passes("Cooldown clear." if clear else "The last change is long enough ago.", setting, closest)


COOLDOWN = Cooldown()
