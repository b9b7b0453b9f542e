"""Proposal cards: an action turned into what a person needs to decide. Asks the database nothing per card."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString

from metaads.clock import business_now
from metaads.graph.money import from_minor
from metaads.models import Level
from optimization.amounts import BUDGETS, sizes
from optimization.guards import GUARDS
from optimization.guards.base import Outcome
from optimization.guards.lock import LOCK
from optimization.kinds import describe
from optimization.kinds.plan_words import Line, lines_of
from optimization.models import OPEN_STATUSES, Action, EntityLock, Status
from optimization.queue.four_eyes import not_asked, told
from optimization.queue.locks import locks_on
from optimization.queue.modifying import modifiable
from optimization.steps import steps_of
from optimization.views import words
from optimization.views.impact import Mark, expected_text, marks_of
from optimization.views.listing import PAGES
from optimization.views.lock_words import lock_face
from optimization.views.scope import Scope
from optimization.views.states import BEING_UNDONE, UNDERWAY, State, state_of

ICONS = {"pause": "pause", "activate": "play", "notify_only": "note", "reallocate": "set", "rotate": "set"}
ABOUT_BUDGETS = frozenset({"budget_step", "counts"})
TELLING = ("budget_step", "cooldown", "data_age", "counts", "minimum_data")


@dataclass(frozen=True)
class Chip:
    """One guard rail's verdict, short. `tone`: ok, watch or bad; `detail` is its reason and setting."""

    text: str
    tone: str
    icon: str
    detail: str


@dataclass(frozen=True)
class Evidence:
    """The deciding metric's picture and what stands under it."""

    picture: SafeString
    label: str
    note: str


@dataclass(frozen=True)
class Card:
    """All a template needs. `amount`: the proposed budget in the major unit, for the modify form. `yes`: what four
    eyes say of it, "" = one person is enough; `not_asked`: why it asks for other people than this one. `plan`: a line
    a step, where there are several."""

    action: Action
    verb: str
    name: str
    change: str
    percent: str
    tone: str
    icon: str
    chips: tuple[Chip, ...]
    state: State
    stake: str
    age: str
    expires: str
    may_decide: bool
    asked_of: str = ""
    evidence: Evidence | None = None
    amount: Decimal | None = None
    lock: str = ""
    lock_page: str = ""
    error: str = ""
    typed: str = ""
    opened: str = ""
    yes: str = ""
    not_asked: str = ""
    mark: Mark | None = None
    plan: tuple[Line, ...] = ()

    @property
    def expected(self) -> str:
        """What it is expected to bring in 7 days."""
        return expected_text(self.action)

    @property
    def locked(self) -> bool:
        """A machine wants it on what a person keeps machines away from."""
        return bool(self.lock) and self.open and self.action.binding_source in LOCK.binds

    @property
    def open(self) -> bool:
        return self.action.status in OPEN_STATUSES

    @property
    def can_undo(self) -> bool:
        return self.may_decide and self.action.status == Status.EXECUTED and not self.state.live

    @property
    def can_resolve(self) -> bool:
        return self.may_decide and self.action.status == Status.NEEDS_PERSON

    @property
    def can_cancel(self) -> bool:
        return self.may_decide and self.action.status == Status.APPROVED


def icon_of(action: Action) -> str:
    """The verb's picture: what happens to the money."""
    if action.kind in ICONS:
        return ICONS[action.kind]
    pair = sizes(action.value_before, action.value_final)
    return "set" if pair is None else "down" if pair[1] < pair[0] else "up"


def chip_of(verdict: Mapping[str, object]) -> Chip:
    outcome, reason, setting = verdict["outcome"], str(verdict["reason"]), str(verdict.get("setting") or "")
    guard = GUARDS.get(str(verdict["guard"]))
    detail = f"{guard.label if guard else verdict['guard']}: {reason} {f'({setting})' if setting else ''}".strip()
    if outcome == Outcome.TRIM:
        return Chip(reason.rstrip("."), "watch", "scissors", detail)
    if outcome == Outcome.WARN:
        return Chip(reason.rstrip("."), "watch", "alert", detail)
    if outcome == Outcome.BLOCK:
        return Chip(reason.rstrip("."), "bad", "cross", detail)
    return Chip(reason.rstrip("."), "ok", "check", detail)


def chips_of(action: Action) -> tuple[Chip, ...]:
    """Trims and blocks first, then up to three passed rails that tell a buyer something."""
    loud = [v for v in action.verdicts if v["outcome"] in {Outcome.TRIM, Outcome.WARN, Outcome.BLOCK}]
    passed = {v["guard"]: v for v in action.verdicts if v["outcome"] == Outcome.PASS}
    telling = [key for key in TELLING if key in passed and (key not in ABOUT_BUDGETS or action.field in BUDGETS)]
    quiet = [passed[key] for key in telling]
    return tuple(chip_of(verdict) for verdict in [*loud, *quiet[:3]])


def _amount(action: Action) -> Decimal | None:
    """What the modify form begins with: the budget, or the bid."""
    if not modifiable(action):
        return None
    value = action.value_final["bid_amount"] if action.field == "bid" else action.value_final
    return from_minor(value, action.currency)


def asked_of(action: Action) -> str:
    """The ad set or ad whose figures fired the rule, where the change itself moved to its parent; else empty."""
    asked = action.metrics.get("asked_of")
    if not isinstance(asked, Mapping):
        return ""
    return f"{Level(asked['level']).label.lower()} {asked.get('name') or asked['id']}"


def _stake(action: Action) -> str:
    if action.at_stake is None:
        return "unknown"
    return f"{words.money(action.at_stake, action.currency)} a day"


def card(
    action: Action, scope: Scope, now: datetime, evidence: Evidence | None = None, lock: EntityLock | None = None
) -> Card:
    """`now`: business time of the action's account. The action comes with its account and rule loaded."""
    face = lock_face(lock, action.level, action.entity_id, action.account)
    head = describe(action)
    change, _, percent = head.change.rpartition(", ") if head.change.endswith("%") else (head.change, "", "")
    expires = f"expires in {words.span(action.expires_at - now)}" if action.expires_at else "does not expire"
    return Card(
        action=action,
        verb=head.verb,
        name=head.name or action.entity_id,
        change=change,
        percent=percent,
        tone=head.tone,
        icon=icon_of(action),
        chips=chips_of(action),
        state=state_of(action),
        stake=_stake(action),
        age=words.ago(action.proposed_at, now),
        expires=expires if action.status in OPEN_STATUSES else "",
        may_decide=scope.may_decide(action.account_id),
        asked_of=asked_of(action),
        evidence=evidence,
        amount=_amount(action),
        lock=face.text if face else "",
        lock_page=_lock_page(lock),
        plan=tuple(lines_of(steps_of(action.steps), action.currency)),
    )


def _lock_page(lock: EntityLock | None) -> str:
    """Where it is released: the page of what it was set on, which may be above what is to be changed."""
    if lock is None:
        return ""
    if lock.level in PAGES:
        return reverse(PAGES[lock.level], args=[lock.entity_id])
    return f"{reverse('campaigns')}?account={lock.account_id}"


def followed(shown: Card, user: User | AnonymousUser) -> Card:
    """A single card with what others do about it: its first approval, or its undo, live until that ends."""
    if shown.open:
        action, pk = shown.action, shown.action.pk
        yes = told([action], {action.account_id: business_now(action.account)})
        others = not_asked([shown.action], yes, user) if isinstance(user, User) else {}
        return replace(shown, yes=yes.get(pk, ""), not_asked=others.get(pk, ""))
    mine = Q(undo_of=shown.action) | Q(also_undid=shown.action)
    if shown.can_undo and Action.objects.filter(mine, status__in=UNDERWAY).exists():
        return replace(shown, state=BEING_UNDONE)
    return shown


def refused(shown: Card, error: str, opened: str, typed: str) -> Card:
    """The same card with what went wrong, the form still open and the input still in it."""
    return replace(shown, error=error, opened=opened, typed=typed)


def cards(
    actions: Iterable[Action], scope: Scope, nows: Mapping[int, datetime], evidence: Mapping[int, Evidence]
) -> list[Card]:
    """`nows` by account id, `evidence` by action id."""
    rows = list(actions)
    yes, marks = told(rows, nows), marks_of(rows)
    held = locks_on([row for row in rows if row.status in OPEN_STATUSES], nows)
    made = [card(row, scope, nows[row.account_id], evidence.get(row.pk), held.get(row.pk)) for row in rows]
    mine = not_asked(rows, yes, scope.user) if isinstance(scope.user, User) else {}
    told_of = yes.keys() | marks.keys()
    return [_with(one, yes, mine, marks) if one.action.pk in told_of else one for one in made]


def _with(one: Card, yes: Mapping[int, str], mine: Mapping[int, str], marks: Mapping[int, Mark]) -> Card:
    pk = one.action.pk
    return replace(one, yes=yes.get(pk, ""), not_asked=mine.get(pk, ""), mark=marks.get(pk))
