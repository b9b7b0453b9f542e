"""Proposal cards: an action turned into what a person needs to decide. Asks the database nothing per card."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils.safestring import SafeString

from metaads.graph.money import from_minor
from metaads.models import Level
from optimization.guards import GUARDS
from optimization.guards.base import Outcome
from optimization.kinds import describe
from optimization.models import OPEN_STATUSES, Action, Status
from optimization.views import words
from optimization.views.scope import Scope
from optimization.views.states import BEING_UNDONE, UNDERWAY, State, state_of

ICONS = {"pause": "pause", "activate": "play", "notify_only": "note"}
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
    """All a template needs. `amount`: the proposed budget in the major unit, for the modify form."""

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
    error: str = ""
    typed: str = ""
    opened: str = ""

    @property
    def open(self) -> bool:
        return self.action.status in OPEN_STATUSES

    @property
    def can_undo(self) -> bool:
        done = self.action.status == Status.EXECUTED and not self.state.live
        return self.may_decide and done and self.action.source != "undo"

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
    if isinstance(action.value_before, int) and isinstance(action.value_final, int):
        return "down" if action.value_final < action.value_before else "up"
    return "set"


def chip_of(verdict: Mapping[str, object]) -> Chip:
    outcome, reason, setting = verdict["outcome"], str(verdict["reason"]), str(verdict.get("setting") or "")
    guard = GUARDS.get(str(verdict["guard"]))
    detail = f"{guard.label if guard else verdict['guard']}: {reason} {f'({setting})' if setting else ''}".strip()
    if outcome == Outcome.TRIM:
        return Chip(reason.rstrip("."), "watch", "scissors", detail)
    if outcome == Outcome.BLOCK:
        return Chip(reason.rstrip("."), "bad", "cross", detail)
    return Chip(reason.rstrip("."), "ok", "check", detail)


def chips_of(action: Action) -> tuple[Chip, ...]:
    """Trims and blocks first, then up to three passed rails that tell a buyer something."""
    loud = [v for v in action.verdicts if v["outcome"] in {Outcome.TRIM, Outcome.BLOCK}]
    passed = {v["guard"]: v for v in action.verdicts if v["outcome"] == Outcome.PASS}
    telling = [key for key in TELLING if key in passed and (key not in ABOUT_BUDGETS or action.field != "status")]
    quiet = [passed[key] for key in telling]
    return tuple(chip_of(verdict) for verdict in [*loud, *quiet[:3]])


def _amount(action: Action) -> Decimal | None:
    if action.field == "status" or not isinstance(action.value_final, int):
        return None
    return from_minor(action.value_final, action.currency)


def asked_of(action: Action) -> str:
    """The ad set or ad whose figures fired the rule, where the change itself moved to its parent; else empty."""
    asked = action.metrics.get("asked_of")
    if not isinstance(asked, Mapping):
        return ""
    return f"{Level(asked['level']).label.lower()} {asked.get('name') or asked['id']}"


def _stake(action: Action) -> str:
    if action.at_stake is None:
        return "unknown"
    return f"{words.money(action.at_stake, action.currency)}{' a day' if action.field != 'lifetime_budget' else ''}"


def card(action: Action, scope: Scope, now: datetime, evidence: Evidence | None = None) -> Card:
    """`now`: business time of the action's account. The action comes with its account and rule loaded."""
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
    )


def followed(shown: Card) -> Card:
    """The same card while its undo is on the way: it stays live until that ends. One query, for a single card."""
    if shown.can_undo and shown.action.undos.filter(status__in=UNDERWAY).exists():
        return replace(shown, state=BEING_UNDONE)
    return shown


def refused(shown: Card, error: str, opened: str, typed: str) -> Card:
    """The same card with what went wrong, the form still open and the input still in it."""
    return replace(shown, error=error, opened=opened, typed=typed)


def cards(
    actions: Iterable[Action], scope: Scope, nows: Mapping[int, datetime], evidence: Mapping[int, Evidence]
) -> list[Card]:
    """`nows` by account id, `evidence` by action id."""
    return [card(action, scope, nows[action.account_id], evidence.get(action.pk)) for action in actions]
