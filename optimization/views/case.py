"""The case file of one action: what, why, what held it back, what was done, and every event of the ledger."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from intelligence.charts import Event
from metaads.clock import business_now
from metaads.graph.money import money_text
from metaads.models import JournalStep, Level
from optimization.guards import GUARDS
from optimization.guards.base import Outcome
from optimization.kinds import KINDS, describe
from optimization.ledger import events_of
from optimization.models import Action, LedgerEvent, Rule, Status
from optimization.queue.losers import Lost, lost_to
from optimization.queue.selectors import actions_for
from optimization.views.cards import card, followed, refused
from optimization.views.evidence import chart_of, table_of
from optimization.views.export import csv_answer
from optimization.views.listing import PAGES
from optimization.views.live import version_of
from optimization.views.promises import alone_text, can_keep, timed_text
from optimization.views.scope import scope_of
from optimization.views.trace import tree_of

RAILS = {
    Outcome.PASS: ("check", "good", "passed"),
    Outcome.TRIM: ("scissors", "watch", "trimmed"),
    Outcome.BLOCK: ("cross", "bad", "blocked"),
    Outcome.SKIP: ("right", "quiet", "does not apply"),
}
EVENT_TONES = {"executed": "good", "failed": "bad", "rejected": "quiet", "approved": "live", "uncertain": "watch"}


@dataclass(frozen=True)
class Rail:
    """One guard rail's verdict. `room`: remaining distance to the limit in percent of it, None = no distance."""

    label: str
    icon: str
    tone: str
    word: str
    reason: str
    setting: str
    room: int | None
    hard: bool


@dataclass(frozen=True)
class Entry:
    """One event of the ledger. `detail` is its payload as text."""

    kind: str
    tone: str
    at: datetime
    machine: datetime
    who: str
    note: str
    number: int
    hash: str
    detail: str


def value_of(action: Action, value: object) -> str:
    """A value as Meta stores it, in words."""
    if isinstance(value, int) and action.field != "status":
        return f"{money_text(value, action.currency)}{' a day' if action.field == 'daily_budget' else ' in all'}"
    return str(value).capitalize()


def rails_of(action: Action) -> list[Rail]:
    """What held or trimmed it first; those that do not bind this source last."""
    order = [Outcome.BLOCK.value, Outcome.TRIM.value, Outcome.PASS.value, Outcome.SKIP.value]
    return [_rail(verdict) for verdict in sorted(action.verdicts, key=lambda verdict: order.index(verdict["outcome"]))]


def _rail(verdict: Mapping[str, Any]) -> Rail:
    icon, tone, word = RAILS[Outcome(verdict["outcome"])]
    guard = GUARDS.get(verdict["guard"])
    room = verdict.get("remaining")
    return Rail(
        label=guard.label if guard else verdict["guard"],
        icon=icon,
        tone=tone,
        word=word,
        reason=verdict["reason"],
        setting=verdict.get("setting") or "",
        room=None if room is None else round(room * 100),
        hard=bool(guard and guard.hard),
    )


@dataclass(frozen=True)
class Wish:
    """What another rule wanted and did not get. `of`: the entity, if it is another than the action's."""

    label: str
    wanted: str
    of: str
    reason: str
    rule: Rule | None


def wishes_of(action: Action) -> list[Wish]:
    """What else was wanted when the action last fired."""
    return [_wish(action, lost) for lost in lost_to(action)]


def _wish(action: Action, lost: Lost) -> Wish:
    kind, other = KINDS[lost.kind], (lost.level, lost.entity_id) != (action.level, action.entity_id)
    return Wish(
        label=kind.label,
        wanted=money_text(lost.wanted, action.currency) if isinstance(lost.wanted, int) else "",
        of=f"{Level(lost.level).label.lower()} {lost.entity_id}" if other else "",
        reason=lost.reason,
        rule=lost.version.rule if lost.version else None,
    )


def entries_of(events: Iterable[LedgerEvent]) -> list[Entry]:
    """Oldest first, with the names that the ledger itself does not keep (one query)."""
    rows = list(events)
    names = dict(User.objects.filter(pk__in={row.user_id for row in rows if row.user_id}).values_list("pk", "username"))
    return [_entry(row, names) for row in rows]


def _entry(row: LedgerEvent, names: Mapping[int, str]) -> Entry:
    kind = row.kind.removeprefix("optimization_")
    note = row.payload.get("note") or row.payload.get("reason") or row.payload.get("problem") or ""
    return Entry(
        kind=kind.replace("_", " ").capitalize(),
        tone=EVENT_TONES.get(kind, "quiet"),
        at=row.business_time,
        machine=row.machine_time,
        who=names.get(row.user_id or 0, row.actor),
        note=str(note),
        number=row.number,
        hash=row.hash,
        detail=json.dumps(row.payload, indent=1, ensure_ascii=False, sort_keys=True),
    )


def _events(action: Action) -> list[Event]:
    """Executed changes of the same entity, as markers."""
    changes = Action.objects.filter(
        account_id=action.account_id, level=action.level, entity_id=action.entity_id, executed_at__isnull=False
    ).order_by("-executed_at")[:30]
    zone = action.account.zone
    return [
        Event(change.executed_at.astimezone(zone).date(), f"{describe(change).verb} {describe(change).change}".strip())
        for change in changes
        if change.executed_at
    ]


def case_page(
    request: HttpRequest, action: Action, *, error: str = "", opened: str = "", typed: str = "", status: int = 200
) -> HttpResponse:
    """The page itself; `error`, `opened` and `typed` put a refused decision back where it was made."""
    now = business_now(action.account)
    if request.GET.get("csv") == "evidence":
        return csv_answer(table_of(action, now), action.entity_name)
    scope = scope_of(request)
    scope.narrow(action.account)
    shown = followed(card(action, scope, now))
    steps = JournalStep.objects.filter(key__startswith=f"{action.public_id}:").order_by("key")
    context = {
        "page": "actions",
        "switch_path": reverse("actions"),
        "here": reverse("action", args=[action.public_id]),
        "version": version_of(scope),
        "action": action,
        "account": action.account,
        "entity_href": reverse(PAGES[action.level], args=[action.entity_id]) if action.level in PAGES else "",
        "card": refused(shown, error, opened, typed) if error else shown,
        "now": now,
        "tree": tree_of(action.trace, action.currency),
        "chart": chart_of(action, now, _events(action)),
        "rails": rails_of(action),
        "lost": wishes_of(action) if action.rule_version_id else [],
        "before": value_of(action, action.value_before),
        "wanted": value_of(action, action.value_wanted),
        "final": value_of(action, action.value_final),
        "trimmed": action.value_wanted != action.value_final,
        "steps": [(step, _pretty(step.request), _pretty(step.answer)) for step in steps],
        "entries": entries_of(events_of(action)),
        "timed": timed_text(action),
        "can_keep": can_keep(action, shown.may_decide),
        "alone": alone_text(action),
        "undos": action.undos.order_by("id"),
        "settled": action.status in {Status.EXECUTED, Status.REVERTED},
        "safety": None if action.safety_score is None else round(action.safety_score * 100),
        "confidence": None if action.confidence is None else round(action.confidence, 2),
    }
    return render(request, "optimization/case.html", context, status=status)


def _pretty(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) if value else ""


@login_required
@require_GET
def case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    rows = actions_for(request.user).select_related("decided_by", "proposed_by", "undo_of")
    return case_page(request, get_object_or_404(rows, public_id=public_id))
