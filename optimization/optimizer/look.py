"""A look of the optimiser: whether its time has come, what it wants, and the record of it."""

import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from intelligence.metrics.frame import Frame
from metaads import switch
from metaads.models import AdAccount
from optimization.knobs import Knobs, knobs_for
from optimization.models import Action, Run, Source
from optimization.models.run import OPTIMIZE
from optimization.optimizer.wanted import Wanted
from optimization.optimizer.wants import wants
from optimization.queue.conflicts import Superseded
from optimization.queue.propose import Proposed
from optimization.queue.standing import REJECTED_REASON

EARLY = 0.1
"""Share of the interval by which a look may come early: new data come every hour, not to the second."""
PART = Q(slot__startswith="part ")
"""Runs that looked at some campaigns only, because somebody named them."""


@dataclass(frozen=True)
class Ask:
    """Somebody asks now, whatever the interval. `campaigns`: Meta ids, None = all; `lookback_days` None = as set."""

    campaigns: frozenset[str] | None = None
    lookback_days: int | None = None

    def slot(self, now: datetime) -> str:
        return f"{'asked' if self.campaigns is None else 'part'} {now.isoformat()}"


def look(account: AdAccount, frames: Mapping[str, Frame], now: datetime, ask: Ask | None = None) -> Wanted | None:
    """None: it is switched off, or its time has not come. `frames`: fresh ones by level. Stores nothing.

    Raises SwitchedOff where somebody asked (`ask`) and it is off.
    """
    started = time.perf_counter()
    if ask is not None:
        switch.require(switch.OPTIMIZER)
    elif not switch.is_on(switch.OPTIMIZER):
        return None
    knobs = knobs_for(account)
    if not knobs.enabled:
        if ask is not None:
            raise switch.SwitchedOff(f"The optimiser is switched off in the optimiser settings of {account}.")
        return None
    if ask is None and not is_due(account, knobs, now):
        return None
    ask = ask or Ask()
    found = wants(account, frames, knobs, now, ask.campaigns, ask.lookback_days)
    found.seconds = time.perf_counter() - started
    return found


def is_due(account: AdAccount, knobs: Knobs, now: datetime) -> bool:
    """Whether the last look at all of the account is long enough ago."""
    last = last_look(account)
    return last is None or now - last.started_at >= knobs.interval * (1 - EARLY)


def last_look(account: AdAccount) -> Run | None:
    """The newest look at all of the account."""
    return Run.objects.filter(account=account, kind=OPTIMIZE).exclude(PART).order_by("-started_at").first()


def keep(
    account: AdAccount, found: Wanted, proposed: Proposed, losers: Collection[Superseded], slot: str, now: datetime
) -> Run:
    """The record of a look: what was looked at, skipped and why, proposed, held back. In the run's transaction."""
    judged = proposed.judged
    skipped = Counter(reason for draft, reason in judged.skipped if draft.source == Source.OPTIMIZER)
    blocked = Counter(
        judgement.blocked.guard
        for draft, judgement in judged.blocked
        if draft.source == Source.OPTIMIZER and judgement.blocked
    )
    conflicts = sum(one.draft.source == Source.OPTIMIZER for one in losers)
    proposed_now = sum(draft.source == Source.OPTIMIZER for draft, _ in judged.passed)
    rejected = len(found.drafts) - conflicts - proposed_now - sum(skipped.values()) - sum(blocked.values())
    if rejected > 0:
        skipped[REJECTED_REASON] += rejected
    counts = {
        "campaigns": found.campaigns,
        "wanted": len(found.drafts),
        "proposed": proposed_now,
        "created": sum(draft.source == Source.OPTIMIZER for draft in proposed.created.values()),
        "alone": 0,
        "skipped": dict(found.skipped),
        "refused": dict(found.refused + skipped),
        "blocked": dict(blocked),
        "conflicts": conflicts,
        "method": found.method,
        "mode": found.mode,
        "seconds": round(found.seconds, 3),
    }
    values = {"started_at": now, "finished_at": now, "counts": counts, "problems": found.problems}
    return Run.objects.update_or_create(account=account, kind=OPTIMIZE, slot=slot, defaults=values)[0]


def note_alone(run: Run, approved: Collection[int]) -> None:
    """How many of the optimiser's proposals went without a person right after this look."""
    alone = Action.objects.filter(pk__in=list(approved), source=Source.OPTIMIZER).count() if approved else 0
    if alone:
        run.counts["alone"] = alone
        run.save(update_fields=["counts"])
