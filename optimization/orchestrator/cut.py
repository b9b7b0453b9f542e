"""The one cut of learning: it gives scaling its share when that starts, or before, where there is no room else."""

from metaads.graph.money import from_minor, money_text
from optimization.models import Action, Goal, Source
from optimization.orchestrator.ground import Ground
from optimization.orchestrator.made import LEARNING, Made
from optimization.orchestrator.report import Kind, Wanted

UPDATE = Kind.UPDATE_BUDGET


def cuts(ground: Ground, goal: Goal, home: Made | None) -> list[Wanted]:
    """Learning ad sets give the scaling campaign its share, once, as far as their least lets them. `home`: the scaling
    campaign; None: there is none yet, and no room for it."""
    share, wanted = ground.shares[goal.pk], []
    began = ground.now if home is None else home.made_at
    running = [one for one in ground.ad_sets_of(goal, LEARNING) if ground.running(one) and one.made_at < began]
    held = {one.meta_id: ground.ad_sets[one.meta_id] for one in running if one.meta_id in ground.ad_sets}
    total = sum(one.daily_budget or 0 for one in held.values())
    cut = set(
        Action.objects.filter(
            account=ground.account, source=Source.ORCHESTRATOR, kind="decrease_budget", entity_id__in=held
        ).exclude(executed_at=None).values_list("entity_id", flat=True)
    )  # fmt: skip
    for meta_id, entity in held.items():
        budget = entity.daily_budget or 0
        target = max(budget * share.learning // max(total, 1), ground.least)
        if not share.budget or meta_id in cut or target >= budget:
            continue
        less = str(from_minor(budget - target, ground.account.currency))
        reason = (
            f"The scaling campaign has started: learning goes on with {money_text(target, ground.account.currency)}."
        )
        made = ground.draft(
            goal, entity, "decrease_budget", {"amount": less}, reason, role=LEARNING, campaign_id=entity.campaign_id
        )
        details = {"campaign_id": entity.campaign_id, "ad_set_id": meta_id}
        wanted.append(
            Wanted(UPDATE, made, details=details) if isinstance(made, str) else Wanted(UPDATE, reason, made, details)
        )
    return wanted
