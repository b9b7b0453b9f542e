"""A small life of actions against the sandbox, and what must hold of it at every moment."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from intelligence.models import Freshness, QualityState
from metaads.models import AdAccount, AdSet, JournalStep, Level
from optimization.models import AccountLimits, Action, EmergencyStop, LedgerEvent, Source, Status
from optimization.queue.acting_alone import HOUR
from optimization.queue.errors import QueueError
from optimization.queue.reserve import account_day
from tests.factories.metaads import MembershipFactory, UserFactory
from tests.factories.optimization import OLD, make_rule, version_of
from tests.optimization.conftest import Meta
from tests.optimization.queue.test_states import ARROWS
from tests.optimization.rules.build import leaf

CHANGES_A_DAY, ALONE_AN_HOUR, RAISE_A_DAY = 3, 2, 20
PEOPLE = ("mia", "ben")


class Life:
    """The account in auto mode with tight limits, two managers, and an automatic rule behind every proposal."""

    def __init__(self, meta: Meta, ad_sets: int) -> None:
        self.meta, self.account = meta, meta.account
        AdAccount.objects.filter(pk=self.account.pk).update(connected_at=OLD)
        self.account.refresh_from_db()
        limits = {"max_budget_changes_per_day": CHANGES_A_DAY, "max_auto_actions_per_hour": ALONE_AN_HOUR}
        AccountLimits.objects.create(
            account=self.account, mode="auto", cooldown_hours=0, four_eyes_above=20, hands_off_hours=0, **limits
        )
        QualityState.objects.create(account=self.account, checked_at=OLD)
        self.rule = make_rule(self.account, leaf("spend_7d", ">", 1), mode="automatic")
        self.people: list[User] = [UserFactory.create(username=name) for name in PEOPLE]
        for user in self.people:
            MembershipFactory.create(user=user, account=self.account)
        mine = AdSet.objects.filter(account=self.account, daily_budget__gt=2000, status="ACTIVE")
        self.ids = list(mine.order_by("pk").values_list("meta_id", flat=True)[:ad_sets])
        self.start = {one: meta.budget(one) for one in self.ids}

    def fresh(self, now: datetime) -> None:
        """The figures were read just now."""
        for level in Level:
            Freshness.objects.update_or_create(account=self.account, level=level, defaults={"read_at": now})

    def wish(self) -> dict[str, Any]:
        """What makes a draft one of the automatic rule, sure of itself."""
        return {"rule_version": version_of(self.rule), "may_act_alone": True, "confidence": 0.95}

    def mirror_follows(self) -> None:
        """A sync: the mirror shows what Meta has."""
        for one in self.ids:
            AdSet.objects.filter(account=self.account, meta_id=one).update(daily_budget=self.meta.budget(one))


def try_it(decide: Callable[[], object]) -> None:
    """People may be refused; anything else is a defect."""
    with suppress(QueueError):
        decide()


def broken_promises(life: Life) -> list[str]:
    """What does not hold of the life so far; none, at any moment."""
    actions = list(Action.objects.filter(account=life.account).select_related("account"))
    return [*_too_many(actions), *_illegal(), *_doubled(life, actions), *_not_two(life, actions)]


def _too_many(actions: list[Action]) -> list[str]:
    """More changes or raises of an object in a day, or approvals alone in an hour, than the limits allow."""
    changes: Counter[tuple[str, object]] = Counter()
    raised: Counter[tuple[str, object]] = Counter()
    first: dict[tuple[str, object], int] = {}
    for action in sorted(actions, key=lambda one: (one.executing_at or one.proposed_at, one.pk)):
        if action.executing_at is None or action.status in {Status.APPROVED, Status.FAILED, Status.EXPIRED}:
            continue
        day = (action.entity_id, account_day(action.account, action.executing_at))
        first.setdefault(day, int(action.value_before))
        if action.source != Source.UNDO:
            changes[day] += 1
            if action.binding_source == Source.RULE:
                raised[day] += max(0, int(action.value_final) - int(action.value_before))
    alone = sorted(one.decided_at for one in actions if one.alone and one.decided_at)
    crowded = [at for at in alone if sum(at - HOUR < other <= at for other in alone) > ALONE_AN_HOUR]
    return [
        *(f"{day}: {count} changes" for day, count in changes.items() if count > CHANGES_A_DAY),
        *(f"{day}: raised {sum_}" for day, sum_ in raised.items() if sum_ * 100 > first[day] * RAISE_A_DAY + 100),
        *(f"{at}: too many alone" for at in crowded),
    ]


def _illegal() -> list[str]:
    moves = [event.payload for event in LedgerEvent.objects.filter(kind__startswith="optimization_")]
    pairs = {(move["from"], move["to"]) for move in moves if "from" in move and "to" in move}
    return [f"{start} -> {end}" for start, end in pairs if (Status(start), Status(end)) not in ARROWS]


def _doubled(life: Life, actions: list[Action]) -> list[str]:
    """More than one write of one action, or one that no action's journal knows."""
    sent = Counter(JournalStep.objects.filter(sent__gt=0).values_list("entity_id", flat=True))
    posts = {one: len(life.meta.posts(one)) for one in life.ids}
    twice = JournalStep.objects.filter(sent__gt=1).values_list("key", flat=True)
    flying = Counter(a.entity_id for a in actions if a.status in {Status.EXECUTING, Status.UNCERTAIN})
    return [
        *(f"{key} was sent more than once" for key in twice),
        *(f"{one}: {posts[one]} writes at Meta, {sent[one]} sent" for one in life.ids if posts[one] != sent[one]),
        *(f"{one}: {count} in flight" for one, count in flying.items() if count > 1),
    ]


def _not_two(life: Life, actions: list[Action]) -> list[str]:
    """Large changes that one person, or the policy, approved."""
    done = [one for one in actions if one.status in {Status.APPROVED, Status.EXECUTED} and one.source != Source.UNDO]
    large = [one for one in done if abs(int(one.value_final) - int(one.value_before)) > 2_000]
    return [f"{one.pk} has {n} approvals" for one in large if (n := _approvals(one)) < 2]


def _approvals(action: Action) -> int:
    return action.approvals.values("user").distinct().count()


def stopped(life: Life) -> bool:
    return EmergencyStop.objects.in_force(life.account) is not None
