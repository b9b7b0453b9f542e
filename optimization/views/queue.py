"""The queue and its history: tabs, filters, ranking, paging, and decisions on several at once."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from metaads.clock import business_now
from optimization.filters import ActionFilter
from optimization.models import OPEN_STATUSES, Action, EmergencyStop
from optimization.queue.effect import effect_of
from optimization.queue.errors import Invalid
from optimization.queue.lineup import Lineup, as_one, lineup
from optimization.queue.seen import read_seen
from optimization.queue.selectors import actions_for, offered, ranked
from optimization.queue.services import approve_many, reject_many
from optimization.views import actions_table
from optimization.views.cards import cards
from optimization.views.causes import effect_lines, groups
from optimization.views.evidence import evidence_for
from optimization.views.export import csv_answer
from optimization.views.live import version_of
from optimization.views.optimiser_looks import last_looks
from optimization.views.scope import Scope, scope_of
from optimization.views.states import GROUPS, Group

PAGE = 25


def _group(request: HttpRequest) -> Group:
    wanted = request.GET.get("show", Group.WAITING)
    return Group(wanted) if wanted in Group.values else Group.WAITING


def nows_of(scope: Scope) -> dict[int, datetime]:
    """Business time by account id."""
    return {account.pk: business_now(account) for account in scope.accounts}


def _tabs(mine: QuerySet[Action], chosen: Group) -> list[dict[str, Any]]:
    """Every tab with its count: one query."""
    counts = dict(mine.order_by().values_list("status").annotate(n=Count("id")))
    return [
        {
            "key": group.value,
            "label": group.label,
            "count": sum(counts.get(s, 0) for s in GROUPS[group]),
            "on": group is chosen,
        }
        for group in Group
    ]


def _ordered(rows: QuerySet[Action], group: Group) -> QuerySet[Action]:
    """What waits by expected money, everything else newest first."""
    if group is not Group.WAITING:
        return rows.order_by("-proposed_at", "-id")
    return ranked(rows)


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    scope, group = scope_of(request), _group(request)
    nows = nows_of(scope)
    mine = offered(actions_for(request.user).filter(account_id__in=scope.ids))
    latest = max(nows.values(), default=business_now())
    chosen = ActionFilter(request.GET, queryset=mine.filter(status__in=GROUPS[group]), request=request, now=latest)
    if request.GET.get("csv") == "actions":
        found = _ordered(chosen.qs.select_related("decided_by", "rule_version__rule"), group)
        return csv_answer(actions_table.long(found[: actions_table.FILE_MOST]), group.label)
    waiting = group is Group.WAITING
    line = lineup(chosen.qs, scope.accounts) if waiting else Lineup((), ())
    more = waiting and "more" in request.GET
    causes = as_one(line.folded) if more else line.causes
    ids = [row.pk for cause in causes for row in cause.rows]
    pages: Paginator[Any] = Paginator(ids if waiting else _ordered(chosen.qs.select_related("decided_by"), group), PAGE)
    page = pages.get_page(request.GET.get("page"))
    rows = _by_ids(list(page.object_list)) if waiting else list(page.object_list)
    undecided = [row for row in rows if row.status in OPEN_STATUSES]
    pictures = evidence_for(undecided, {a.pk: a for a in scope.accounts}, nows) if undecided else {}
    query = request.GET.copy()
    query.pop("page", None)
    shown = cards(rows, scope, nows, pictures)
    context = {
        "page": "actions",
        "group": group,
        "tabs": _tabs(mine, group),
        "filter": chosen,
        "filtered": any(value for key, value in request.GET.items() if key in chosen.filters),
        "cards": shown,
        "causes": groups(causes, shown, scope),
        "folded": 0 if more else len(line.folded),
        "more": more,
        "pages": page,
        "query": query.urlencode(),
        "csv_href": f"?{query.urlencode()}&csv=actions".replace("?&", "?"),
        "bulk": waiting and scope.decides_somewhere,
        "version": version_of(scope),
        "looks": last_looks(scope.shown, nows) if waiting else [],
    }
    return render(request, "optimization/queue.html", context)


def _by_ids(ids: list[int]) -> list[Action]:
    """One page of the line, in its order."""
    rows = Action.objects.select_related("account__connection", "rule_version__rule", "decided_by").in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]


def _picked(request: HttpRequest, scope: Scope) -> list[Action]:
    """The open actions among those posted, only where the user may decide."""
    ids = read_seen(request.POST.getlist("ids"))
    rows = actions_for(request.user).filter(pk__in=list(ids), status__in=OPEN_STATUSES)
    return [action for action in ranked(rows) if scope.may_decide(action.account_id)]


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """First POST shows what it would do altogether; the second, with `confirmed`, does it."""
    scope = scope_of(request)
    if not any(scope.may_decide(account.pk) for account in scope.accounts):
        raise PermissionDenied("Deciding is for managers.")
    decision = "reject" if request.POST.get("decision") == "reject" else "approve"
    picked = _picked(request, scope)
    if not picked:
        messages.warning(request, "Nothing was selected, or others have decided meanwhile. Nothing was changed.")
        return redirect("actions")
    if not request.POST.get("confirmed"):
        return _confirm(request, scope, picked, decision)
    return _do(request, scope, picked, decision)


def _confirm(request: HttpRequest, scope: Scope, picked: list[Action], decision: str, error: str = "") -> HttpResponse:
    nows = nows_of(scope)
    context = {
        "page": "actions",
        "decision": decision,
        "cards": cards(picked, scope, nows, {}),
        "effects": [(effect.currency, effect_lines(effect)) for effect in effect_of(picked, nows)],
        "error": error,
        "stops": EmergencyStop.objects.over({action.account_id for action in picked}) if decision == "approve" else [],
    }
    return render(request, "optimization/bulk.html", context, status=422 if error else 200)


def _do(request: HttpRequest, scope: Scope, picked: list[Action], decision: str) -> HttpResponse:
    """Each by itself, in its own account's time; what was refused is named with its reason."""
    assert isinstance(request.user, User)  # noqa: S101  (login_required; tells mypy)
    nows = nows_of(scope)
    seen = read_seen(request.POST.getlist("ids"))
    answers: dict[int, str] = {}
    try:
        for account_id in sorted({action.account_id for action in picked}):
            ids = [action.pk for action in picked if action.account_id == account_id]
            if decision == "approve":
                answers |= approve_many({pk: seen[pk] for pk in ids}, request.user, nows[account_id])
            else:
                answers |= reject_many(ids, request.user, nows[account_id], request.POST.get("reason", ""))
    except Invalid as error:
        return _confirm(request, scope, picked, decision, str(error))
    done = sum(not problem for problem in answers.values())
    if done:
        messages.success(request, f"{'Approved' if decision == 'approve' else 'Rejected'}: {done} of {len(picked)}.")
    for action in picked:
        if answers.get(action.pk):
            messages.warning(request, f"{action.entity_name}: {answers[action.pk]}")
    return redirect("actions")
