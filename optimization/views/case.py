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
from optimization.kinds import KINDS, describe
from optimization.kinds.plan_words import effect_text
from optimization.ledger import events_of
from optimization.models import ACCOUNT_LEVEL, Action, LedgerEvent, Rule, Status
from optimization.queue.four_eyes import agreed_with
from optimization.queue.locks import locks_on
from optimization.queue.losers import Lost, lost_to
from optimization.queue.selectors import actions_for
from optimization.steps import steps_of
from optimization.value_words import value_text
from optimization.views.cards import card, followed, refused
from optimization.views.evidence import chart_of, table_of
from optimization.views.export import csv_answer
from optimization.views.impact import impact_of
from optimization.views.listing import PAGES
from optimization.views.live import version_of
from optimization.views.promises import alone_text, can_keep, timed_text
from optimization.views.rails import guard_label, rails_on_page
from optimization.views.response import drawn_plan
from optimization.views.scope import scope_of
from optimization.views.steps import sent_step
from optimization.views.trace import tree_of

EVENT_TONES = {"executed": "good", "failed": "bad", "rejected": "quiet", "approved": "live", "uncertain": "watch"}


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
    return value_text(action.field, value, action.currency)


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


def _level_word(level: str) -> str:
    return "ad account" if level == ACCOUNT_LEVEL else str(Level(level).label).lower()


def _wish(action: Action, lost: Lost) -> Wish:
    kind, other = KINDS[lost.kind], (lost.level, lost.entity_id) != (action.level, action.entity_id)
    return Wish(
        label=kind.label,
        wanted=money_text(lost.wanted, action.currency) if isinstance(lost.wanted, int) else "",
        of=f"{_level_word(lost.level)} {lost.entity_id}" if other else "",
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


def _values(action: Action) -> dict[str, Any]:
    """What it found, wanted and was let do."""
    return {
        "before": value_of(action, action.value_before),
        "wanted": value_of(action, action.value_wanted),
        "final": value_of(action, action.value_final),
        "plan_effect": effect_text(steps_of(action.steps), action.currency),
        "trimmed": action.value_wanted != action.value_final,
        "was": value_of(action, action.modified_from["value_final"]) if action.modified_from else "",
        "drawn": drawn_plan(action),
        "overrides": [{**one, "label": guard_label(one["guard"])} for one in action.overridden],
    }


def _story(action: Action) -> dict[str, Any]:
    """What was promised, what was sent, what came of it, and every event."""
    steps = JournalStep.objects.filter(key__startswith=f"{action.public_id}:").order_by("pk")
    return {
        "steps": [sent_step(step, action.currency) for step in steps],
        "entries": entries_of(events_of(action)),
        "timed": timed_text(action),
        "alone": alone_text(action),
        "agreed": [] if action.alone or not action.decided_at else agreed_with(action),
        "undos": action.undos.order_by("id"),
        "impact": impact_of(action),
        "settled": action.status in {Status.EXECUTED, Status.REVERTED},
        "safety": None if action.safety_score is None else round(action.safety_score * 100),
        "confidence": None if action.confidence is None else round(action.confidence, 2),
    }


def case_page(
    request: HttpRequest,
    action: Action,
    *,
    error: str = "",
    opened: str = "",
    typed: str = "",
    status: int = 200,
    rehearsed: object = None,
) -> HttpResponse:
    """The page itself; `error`, `opened` and `typed` put a refused decision back where it was made. `rehearsed`: what a
    dry run found."""
    now = business_now(action.account)
    if request.GET.get("csv") == "evidence":
        return csv_answer(table_of(action, now), action.entity_name)
    scope = scope_of(request)
    scope.narrow(action.account)
    held = locks_on([action], {action.account_id: now}).get(action.pk)
    shown = followed(card(action, scope, now, lock=held), scope.user)
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
        **rails_on_page(action, now),
        "lost": wishes_of(action) if action.rule_version_id else [],
        **_values(action),
        **_story(action),
        "rehearsed": rehearsed,
        "can_rehearse": shown.may_decide and (shown.open or action.status == Status.APPROVED),
        "can_keep": can_keep(action, shown.may_decide),
    }
    return render(request, "optimization/case.html", context, status=status)


@login_required
@require_GET
def case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    rows = actions_for(request.user).select_related("decided_by", "proposed_by", "undo_of")
    return case_page(request, get_object_or_404(rows, public_id=public_id))
