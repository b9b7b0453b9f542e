"""The live door to `wants`: which rules are due, what the database knows now, and whose rule broke."""

import logging
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from intelligence.metrics.frame import Frame
from metaads.models import AdAccount
from optimization import wants as core
from optimization.entities import Entity, load
from optimization.live_world import LiveWorld
from optimization.models import Action, Run
from optimization.models.run import LOOKS
from optimization.queue.drafts import Draft
from optimization.rules import breaker, services
from optimization.rules.compile import compile_version
from optimization.rules.history import context_for
from optimization.rules.schedule import is_due
from optimization.rules.selectors import active_rules
from optimization.rules.sheet import Context
from optimization.wants import Gathered, Look, Recent

log = logging.getLogger(__name__)
DAY_HOURS = 24


@dataclass(frozen=True)
class Now:
    """`wants.Known` as the database has it at `now`. `longest`: hours of cooldown that a look may ask about.
    `frames`: tables by level that are held already."""

    account: AdAccount
    now: datetime
    longest: float = DAY_HOURS
    frames: Mapping[str, Frame] = field(default_factory=dict)

    def entities(self, level: str, ids: Iterable[str], whole: bool = False) -> Mapping[str, Entity]:
        return load(self.account, level, ids, whole)

    def recent(self, rule_id: int, hours: float) -> Recent:
        since = self.now - timedelta(hours=hours)
        found: dict[tuple[str, str], list[datetime]] = {}
        for level, entity_id, when in self.executed.get(rule_id, ()):
            if when > since:
                found.setdefault((level, entity_id), []).append(when)
        return found

    def context(self, frame: Frame) -> Context:
        return context_for(self.account, frame)

    def world(self, about: Collection[Entity]) -> LiveWorld:
        return LiveWorld(self.account, self.now, about, self.frames)

    @cached_property
    def executed(self) -> dict[int, list[tuple[str, str, datetime]]]:
        """Rule id -> what it had carried out, as far back as any look asks. One query."""
        since = self.now - timedelta(hours=self.longest)
        rows = Action.objects.filter(account=self.account, rule_version__isnull=False, executed_at__gt=since)
        found: dict[int, list[tuple[str, str, datetime]]] = {}
        for rule_id, level, entity_id, when in rows.values_list(
            "rule_version__rule_id", "level", "entity_id", "executed_at"
        ):
            if rule_id is not None and when is not None:
                found.setdefault(rule_id, []).append((level, entity_id, when))
        return found


def due_rules(account: AdAccount, now: datetime, every: Container[str] | None = None) -> list[Look]:
    """Active rules whose schedule asks for a look now, compiled. A rule that cannot be compiled counts a failure.

    `every`: only rules with one of these schedules.
    """
    last = last_looks(account, now)
    found = []
    for rule in active_rules(account):
        version = rule.current
        if version is None:
            continue
        try:
            compiled = compile_version(version)
        except Exception as error:
            log.exception("rule %s cannot be compiled", rule.pk)
            if every is None:  # counted once an evaluation, not at each look between two
                services.record_failure(rule, str(error), now)
            continue
        schedule = compiled.document.schedule
        if every is not None and schedule.every not in every:
            continue
        if is_due(schedule, account.zone, now, last.get(rule.pk)):
            found.append(Look(rule, version, compiled))
    return found


def last_looks(account: AdAccount, now: datetime) -> dict[int, datetime]:
    """When each rule was last looked at for this account, as far as its schedule can ask (two days)."""
    looks: dict[int, datetime] = {}
    runs = Run.objects.filter(
        account=account, kind__in=LOOKS, started_at__gt=now - timedelta(days=2), started_at__lt=now
    )
    for started, counts in runs.order_by("started_at").values_list("started_at", "counts"):
        looks.update(dict.fromkeys(counts.get("rules", []), started))
    return looks


def gather(
    account: AdAccount, frames: Mapping[str, Frame], now: datetime, every: Container[str] | None = None
) -> Gathered:
    """What all rules that are due want now. A rule that broke counts a failure.

    `frames`: level -> frame fresh enough to decide on. `every`: only rules with one of these schedules.
    """
    looks = due_rules(account, now, every)
    longest = max([DAY_HOURS, *(look.compiled.document.safety.cooldown_hours or 0 for look in looks)])
    gathered = core.wants(account, looks, frames, Now(account, now, longest, frames), now)
    _count_failures(gathered, 0, now)
    return gathered


def explain(account: AdAccount, drafts: Sequence[Draft], gathered: Gathered, now: datetime) -> list[Draft]:
    """As `wants.explain`; whose rule cannot be explained counts a failure, and who came through forgets its earlier."""
    before = len(gathered.failures)
    explained = core.explain(account.currency, drafts, gathered)
    _count_failures(gathered, before, now)
    for look, _ in gathered.outcomes:
        if look.rule.consecutive_failures and look.rule.pk in gathered.evaluated:
            services.clear_failures(look.rule)
    return explained


def _count_failures(gathered: Gathered, first: int, now: datetime) -> None:
    for failure in gathered.failures[first:]:
        breaker.note_failure(failure.rule, failure.reason, failure.erred, failure.of, now)
