"""Actions of several steps for the tests: made, approved, carried on as the sweeper would."""

from typing import Any

from metaads.models import AdSet, JournalStep
from optimization.dispatch import run_action
from optimization.models import Action, Source, Status
from optimization.queue.decision import approved, load
from optimization.steps import STEPS, Step
from tests.optimization.conftest import NOW, Meta

OPEN = {Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN}


def budget(ad_set: AdSet, new: int) -> Step:
    return Step("set", "adset", ad_set.meta_id, ad_set.name, "daily_budget", ad_set.daily_budget, new)


def copied(ad_set: AdSet, **params: Any) -> Step:
    return Step("copy", "adset", ad_set.meta_id, f"{ad_set.name} (copy)", params=params)


def on_made(number: int, field: str, old: Any, new: Any) -> Step:
    return Step("set", "adset", f"${number}", "the copy", field, old, new)


def two_ad_sets(meta: Meta) -> tuple[AdSet, AdSet]:
    rows = AdSet.objects.filter(account=meta.account, daily_budget__gt=2000, status="ACTIVE").order_by("pk")
    first, second = rows[0], rows[1]
    return first, second


def approved_plan(about: AdSet, *steps: Step, **columns: Any) -> Action:
    existing = [step for step in steps if step.op == "set" and not step.entity_id.startswith("$")]
    wanted = {step.key: step.new for step in existing}
    defaults: dict[str, Any] = {
        "account": about.account,
        "level": "adset",
        "entity_id": about.meta_id,
        "entity_name": about.name,
        "campaign_id": about.campaign.meta_id,
        "kind": "pause",
        "source": Source.PERSON,
        "field": STEPS,
        "steps": [step.as_json() for step in steps],
        "value_before": {step.key: step.old for step in existing},
        "value_wanted": wanted,
        "value_final": wanted,
        "currency": about.account.currency,
        "reason": "A test wants it.",
        "status": Status.PENDING,
        "proposed_at": NOW,
        "refreshed_at": NOW,
    }
    action = Action.objects.create(**{**defaults, **columns})
    return approved(load(action.pk), None, NOW, "")


def swept(action: Action, now: Any = NOW, rounds: int = 20) -> Status:
    """Lets the sweeper come round again and again, as it does in life, until nothing is open."""
    status = Status(action.status)
    for _ in range(rounds):
        Action.objects.filter(pk=action.pk).update(next_try_at=None)
        JournalStep.objects.filter(key__startswith=f"{action.public_id}:").update(next_try_at=None)
        status = run_action(action.pk, now)
        if status not in OPEN:
            break
    action.refresh_from_db()
    return status


def journal(action: Action) -> dict[str, str]:
    """State by step, in the order in which the rows were made."""
    rows = JournalStep.objects.filter(key__startswith=f"{action.public_id}:").order_by("pk")
    return {row.key.rpartition(":")[2]: row.state for row in rows}
