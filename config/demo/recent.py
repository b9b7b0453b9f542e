"""The demo's last four days: one account lived through by the whole product, so that it opens with a history.

The sandbox's clock starts BACK in the past. At each stage its world moves on, everything is collected and evaluated,
people decide, what they approved is carried out at the sandbox, and what is due is measured: by the code that runs in
production. Nothing is written past it, so outcomes are what this world made of the changes, good or bad.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.utils import timezone

from config.closed_loop import forward
from config.sandbox_control import SandboxControl
from intelligence.metrics.frame import Frame, Numbers
from intelligence.metrics.table import latest_frame
from metaads.clock import business_now
from metaads.models import AdAccount, AdSet, Level
from optimization import pipeline
from optimization.by_person import Wanted, propose_by_hand
from optimization.dispatch import run_due
from optimization.models import OPEN_STATUSES, Action, Source, Status
from optimization.queue import services
from optimization.queue.errors import QueueError
from optimization.queue.selectors import ranked

HOUR = timedelta(hours=1)
BACK = 97 * HOUR
NEAR = timedelta(minutes=1)
PATIENCE = timedelta(seconds=20)
"""Machine time for the reports of the hours between two stages; without them the data would be in doubt."""
CHECKED = timedelta(minutes=35)
"""After a stage: what was carried out is checked half an hour later."""
DONE = (Status.APPROVED, Status.EXECUTED, Status.REVERTED)
Worth = Callable[[Frame], Numbers]
Deed = Callable[[AdAccount, User, datetime], None]


def approve(kind: str, count: int, note: str) -> Deed:
    """The foremost proposals of a kind; one that a rail or a newer look stands against is passed over."""

    def deed(account: AdAccount, buyer: User, now: datetime) -> None:
        left = count
        for action in _open(account, kind):
            if left == 0:
                return
            try:
                services.approve(action.pk, buyer, now, note=note)
            except QueueError:
                continue
            left -= 1

    return deed


def reject(kind: str, reason: str) -> Deed:
    """The foremost proposal of a kind."""

    def deed(account: AdAccount, buyer: User, now: datetime) -> None:
        for action in _open(account, kind)[:1]:
            services.reject(action.pk, buyer, now, reason)

    return deed


def undo(kind: str) -> Deed:
    """The first change of a kind that a person approved."""

    def deed(account: AdAccount, buyer: User, now: datetime) -> None:
        done = Action.objects.filter(account=account, kind=kind, status=Status.EXECUTED, alone=False)
        for action in done.exclude(source=Source.PERSON).order_by("pk")[:1]:
            services.undo(action.pk, buyer, now)

    return deed


def by_hand(kind: str, parameters: Mapping[str, Any], most: Worth, reason: str) -> Deed:
    """On the running ad set with a budget of its own that has most of something and was left alone so far."""

    def deed(account: AdAccount, buyer: User, now: datetime) -> None:
        running = AdSet.objects.filter(account=account, effective_status="ACTIVE", daily_budget__gt=0)
        free = set(running.exclude(meta_id__in=_touched(account)).values_list("meta_id", flat=True))
        for entity_id in [one for one in _by_worth(account, most) if one in free]:
            wanted = Wanted(Level.AD_SET, entity_id, kind, parameters)
            try:
                propose_by_hand(buyer, account, wanted, now, reason=reason)
            except QueueError:
                continue
            return

    return deed


def _by_worth(account: AdAccount, most: Worth) -> list[str]:
    """Ad sets of the newest table, those with most of it first; without unknown ones."""
    frame = latest_frame(account, Level.AD_SET)
    if frame is None:
        return []
    worth = most(frame)
    return [str(frame.ids[place]) for place in np.argsort(-worth, kind="stable") if not np.isnan(worth[place])]


def loss(frame: Frame) -> Numbers:
    """Spend less value of 7 days."""
    return _numbers(frame, "spend_7d") - _numbers(frame, "conversion_value_7d")


def gain(frame: Frame) -> Numbers:
    """Value less spend of 7 days."""
    return -loss(frame)


def _numbers(frame: Frame, name: str) -> Numbers:
    return np.asarray(frame.columns[name], dtype=float)


def _open(account: AdAccount, kind: str) -> list[Action]:
    """Proposals of a kind for what was left alone so far, the foremost first."""
    waiting = Action.objects.filter(account=account, kind=kind, status__in=OPEN_STATUSES)
    return list(ranked(waiting.exclude(entity_id__in=_touched(account))))


def _touched(account: AdAccount) -> set[str]:
    """Ids of what was changed, or is about to be."""
    return set(Action.objects.filter(account=account, status__in=DONE).values_list("entity_id", flat=True))


@dataclass(frozen=True)
class Stage:
    """`at`: since the beginning."""

    at: timedelta
    deeds: tuple[Deed, ...] = ()


STAGES = (
    Stage(
        0 * HOUR,
        (
            by_hand("pause", {}, loss, "It costs far more than it brings."),
            by_hand("increase_budget", {"percent": 15}, gain, "On the shop's front page this week."),
            approve("pause", 2, "Nothing sold for a week."),
            approve("decrease_budget", 2, "Too dear, half as much is enough."),
            approve("increase_budget", 2, "Earns well, let it grow."),
            reject("decrease_budget", "A new creative starts tomorrow, wait for it."),
        ),
    ),
    Stage(10 * HOUR, (undo("increase_budget"),)),
    Stage(24 * HOUR, (approve("pause", 1, ""), approve("increase_budget", 1, ""))),
    Stage(48 * HOUR, (approve("decrease_budget", 1, ""),)),
    Stage(72 * HOUR),
    Stage(BACK),
)


def live(account: AdAccount, control: SandboxControl, buyer: User, arrived: Callable[[], None]) -> int:
    """The stages that are still ahead of the sandbox's clock; none once it shows the present. Gives how many.

    `arrived` is called as soon as the clock shows the present, before the last stage. Safe to repeat after an
    interruption: it goes on where the clock stands. Raises CollectionTrouble.
    """
    if _behind(control) < NEAR:
        return 0
    ahead = [stage for stage in STAGES if stage.at > BACK - _behind(control) - NEAR]
    for stage in ahead:
        now = _to(stage.at, control, account)
        if stage.at == BACK:
            arrived()
        _stage(stage, account, buyer, now)
        if stage.at < BACK:
            pipeline.measure(account, _to(stage.at + CHECKED, control, account))
    return len(ahead)


def _to(at: timedelta, control: SandboxControl, account: AdAccount) -> datetime:
    step = at - (BACK - _behind(control))
    return forward(control, account, max(step, timedelta(0)))


def _behind(control: SandboxControl) -> timedelta:
    return timezone.now() - control.now()


def _stage(stage: Stage, account: AdAccount, buyer: User, now: datetime) -> None:
    pipeline.expire(account, now)
    pipeline.fetch_history(account, now, PATIENCE)
    pipeline.observe_and_evaluate(account, now)
    for deed in stage.deeds:
        deed(account, buyer, business_now(account))
    run_due(account, partial(business_now, account))
    pipeline.measure(account, business_now(account))
