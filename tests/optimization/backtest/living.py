"""A lived month: a small world in the in-process sandbox, looked at, decided and acted on, all of it stored."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from intelligence.observe import observe
from metaads.models import AdAccount
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import create
from optimization.cycle import run_cycle
from optimization.dispatch import run_due
from optimization.models import Action, Rule
from optimization.queue import services
from optimization.queue.errors import QueueError
from optimization.queue.expiry import expire_due
from tests.factories.optimization import make_rule
from tests.intelligence.conftest import NOW, connect
from tests.optimization.rules.build import leaf

SMALL = WorldOptions(
    accounts=1,
    campaigns=3,
    ad_sets=6,
    ads=10,
    history_days=32,
    step_minutes=60,
    human_edits=1.0,
    tracking_outages=1.0,
    promotions=1.0,
)


def _approve(pk: int, now: datetime) -> None:
    services.approve(pk, None, now)


def _reject(pk: int, now: datetime) -> None:
    services.reject(pk, None, now, "not now")


def _cancel(pk: int, now: datetime) -> None:
    services.cancel(pk, None, now)


DECISIONS = (None, _approve, None, _reject, _approve, _cancel, None, _approve, None, _approve)
"""In turn; None = nobody decides."""


@dataclass
class Lived:
    """What was lived through: from the first look to the last."""

    account: AdAccount
    since: datetime
    until: datetime
    rules: list[Rule]
    moments: list[datetime]


def rules_of(account: AdAccount) -> list[Rule]:
    """Some that want different things of the same entities, on all levels, with cooldowns, hours and a hold-out."""
    dear = {"all": [leaf("spend_3d", ">", 20), leaf("roas_3d", "<", 2.2)]}
    good = {"all": [leaf("roas_3d", ">", 1.8), leaf("spend_today", ">", 1)]}
    return [
        make_rule(account, dear, {"kind": "decrease_budget", "parameters": {"percent": 15}}, name="Lower", priority=40,
                  safety={"cooldown_hours": 30}),
        make_rule(account, good, {"kind": "increase_budget", "parameters": {"percent": 12}}, name="Raise", priority=60,
                  safety={"max_changes_per_day": 1}, holdout_percent=20),
        make_rule(account, leaf("cpa_7d", ">", 60), name="Stop ads", level="ad",
                  schedule={"every": "new_data", "active_hours": {"from": "06:00", "to": "20:00"}}),
        make_rule(account, leaf("roas_7d", "<", 1.2), name="Stop sets"),
        make_rule(account, leaf("status", "=", "PAUSED"), {"kind": "activate"}, name="Back on", level="ad",
                  schedule={"every": "daily", "at": "09:00"}),
    ]  # fmt: skip


def live(
    days: int, hours: int, world: WorldOptions = SMALL, make: Callable[[AdAccount], list[Rule]] = rules_of
) -> Lived:
    """Lives `days`, looking every `hours`. People approve nearly half of what is proposed and leave some."""
    meta = connect("", 0, create(world, NOW.timestamp(), frozen=True))
    rules = make(meta.account)
    moments = []
    for number in range(days * 24 // hours):
        now = meta.advance(hours) if number else meta.now
        moments.append(now)
        expire_due(meta.account, now)
        observe(meta.account, now)
        run_cycle(meta.account, now)
        _decide(meta.account, now)
        carried_out = now + timedelta(seconds=1)  # after the look, as in life: what it leaves behind was not seen there
        run_due(meta.account, lambda then=carried_out: then)  # type: ignore[misc]
    return Lived(meta.account, moments[0], meta.now, rules, moments)


def _decide(account: AdAccount, now: datetime) -> None:
    """Each new proposal at first sight, by its number in this life: whatever the rules draw and whatever ids a database
    gives, every decision is made. What is left stands, goes stale, and expires once it is wanted no more."""
    known = Action.objects.filter(account=account)
    before = known.filter(proposed_at__lt=now).count()
    for number, action in enumerate(known.filter(status="pending_approval", proposed_at=now).order_by("pk"), before):
        decide = DECISIONS[number % len(DECISIONS)]
        try:
            if decide is not None:
                decide(action.pk, now)
        except QueueError:
            continue  # stale, or changed meanwhile: it stays as it is
