"""/rules/<id>/: one rule, a tab at a time: what it says and did, matches, back-test, why or why not, versions."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from optimization.models import OPEN_STATUSES, Action
from optimization.outcomes.sums import of_rule
from optimization.queue.selectors import actions_for, offered
from optimization.rules.static_conflicts import conflicts_of
from optimization.views import actions_table, rule_backtest, rule_simulate
from optimization.views.effect_sums import effect_lines
from optimization.views.export import csv_answer
from optimization.views.live import version_of
from optimization.views.rule_dry import looks_of
from optimization.views.rule_found import KEY as MATCHES
from optimization.views.rule_list import figures_of, line_of
from optimization.views.rule_matches import matches, matches_file
from optimization.views.rule_replayed import KEY as FIRINGS
from optimization.views.rule_shadow import shadows_of
from optimization.views.rule_subject import Subject, find
from optimization.views.rule_tree import (
    action_icon,
    action_lines,
    branch_of,
    filter_lines,
    metric_lines,
    parsed,
    safety_lines,
)
from optimization.views.rule_versions import history
from optimization.views.rule_why import KEY as CHECKS
from optimization.views.rule_why import checks_table, why
from optimization.views.rule_worth import worth_of
from optimization.views.table import Table, ordered

RECENT_MOST = 20
FILE_MOST = 5_000
RECENT = "actions"
TABS: dict[str, str] = {
    "overview": "Overview",
    "matches": "Matches now",
    "backtest": "Back-test",
    "simulate": "Simulate",
    "why": "Why, why not",
    "versions": "Versions",
}


def _overview(subject: Subject) -> dict[str, Any]:
    rule, document = subject.rule, subject.document
    read = parsed(document, rule.level) if document else None
    return {
        "tree": read and branch_of(read.conditions, subject.currency),
        "then": action_lines(read, subject.currency) if read else [],
        "verb_icon": action_icon(read) if read else "set",
        "filters": filter_lines(document),
        "worth": worth_of(subject),
        "metrics": metric_lines(document),
        "safety": safety_lines(document),
        "figures": figures_of(rule),
        "effect": effect_lines(of_rule(rule, [account.pk for account in subject.accounts])),
        "conflicts": conflicts_of(subject.accounts, rule.level, document, rule) if read else [],
        "looks": looks_of(subject),
        "shadows": shadows_of(subject),
        "tables": [ordered(_proposals(subject, RECENT_MOST), subject.request.GET)],
        "raw": None if read or not document else document,
    }


def _proposals(subject: Subject, most: int) -> Table:
    """What it proposed in the accounts that the user sees, newest first."""
    rows = actions_for(subject.user).filter(rule_version__rule=subject.rule).select_related("decided_by")
    made = actions_table.short(rows.order_by("-proposed_at", "-id")[:most])
    empty = "It has proposed nothing yet. What it proposes appears here, with what came of it."
    return replace(made, title="Proposals of this rule", empty=empty)


def _versions(subject: Subject) -> dict[str, Any]:
    return history(subject, subject.request.GET)


Build = Callable[[Subject], dict[str, Any]]
BUILD: dict[str, Build] = {
    "overview": _overview,
    "matches": matches,
    "backtest": rule_backtest.tab,
    "simulate": rule_simulate.tab,
    "why": why,
    "versions": _versions,
}


def _none(subject: Subject) -> Table | None:
    return None


FILES: dict[str, Callable[[Subject], Table | None]] = {
    RECENT: lambda subject: _proposals(subject, FILE_MOST),
    CHECKS: checks_table,
    MATCHES: matches_file,
    FIRINGS: rule_backtest.file,
    rule_simulate.KEY: rule_simulate.file,
}


def _open(subject: Subject) -> int:
    rows = offered(Action.objects.filter(rule_version__rule=subject.rule, status__in=OPEN_STATUSES))
    return rows.filter(account__in=[account.pk for account in subject.accounts]).count()


def rule_page(subject: Subject, tab: str, more: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The page at one of its tabs; `more` is what a refused form brings back."""
    keep = f"&in={subject.account.pk}" if subject.account and len(subject.accounts) > 1 else ""
    context = {
        "page": "rules",
        "switch_path": reverse("rules"),
        "version": version_of(subject.scope),
        "subject": subject,
        "rule": subject.rule,
        "hidden": subject.reach.hidden(subject.rule),
        "line": line_of(subject.rule, subject.reach, _open(subject), subject.scope.account),
        "tab": tab,
        "tabs": [
            {"label": label, "on": key == tab, "href": f"{subject.href}?tab={key}{keep}"} for key, label in TABS.items()
        ],
        **BUILD[tab](subject),
        **(more or {}),
    }
    return render(subject.request, "optimization/rule.html", context, status=status)


@login_required
@require_GET
def rule(request: HttpRequest, public_id: UUID) -> HttpResponse:
    subject = find(request, public_id)
    made = FILES.get(request.GET.get("csv", ""), _none)(subject)
    if made is not None:
        return csv_answer(made, subject.rule.name)
    tab = request.GET.get("tab", "")
    return rule_page(subject, tab if tab in TABS else "overview")
