"""/rules/: what every rule does, how it does, and its switch."""

from dataclasses import replace
from math import ceil
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from metaads.models import AdAccount, Level
from optimization.models import OPEN_STATUSES, Action, DryLook, Rule
from optimization.outcomes.sums import by_rule
from optimization.queue.selectors import offered
from optimization.rules.selectors import reach_of, visible_rules
from optimization.views.effect_sums import effect_lines
from optimization.views.export import csv_answer
from optimization.views.live import version_of
from optimization.views.rule_list import KEY, Line, heads, line_of, narrowed, read, whole_table
from optimization.views.rule_words import MODES, STATES
from optimization.views.scope import Scope, scope_of

PAGE = 50
ACCOUNTS = Prefetch("accounts", AdAccount.objects.select_related("connection"))
LOOKS = Prefetch("dry_looks", DryLook.objects.defer("changes"))


def open_counts(scope: Scope) -> dict[int, int]:
    """Open proposals by rule id, in the accounts that the page shows."""
    rows = offered(
        Action.objects.filter(account_id__in=scope.ids, status__in=OPEN_STATUSES, rule_version__isnull=False)
    )
    return dict(rows.order_by().values_list("rule_version__rule").annotate(n=Count("pk")))


def lines_of(scope: Scope) -> list[Line]:
    """All rules that the user may see; of one account, those that name it or name none."""
    reach, counts = reach_of(scope.user), open_counts(scope)
    rules = list(visible_rules(scope.user).prefetch_related(ACCOUNTS, LOOKS))
    chosen = scope.account
    if chosen is not None:
        rules = [rule for rule in rules if not rule.accounts.all() or chosen in rule.accounts.all()]
    worth = by_rule(scope.ids)
    made = [line_of(rule, reach, counts.get(rule.pk, 0), chosen) for rule in rules]
    return [replace(line, effect=effect_lines(worth.get(line.rule.pk, {}))) for line in made]


@login_required
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    scope, wanted = scope_of(request), read(request.GET)
    lines = lines_of(scope)
    fitting = narrowed(lines, wanted)
    if request.GET.get("csv") == KEY:
        return csv_answer(whole_table(fitting), scope.account.name if scope.account else "")
    pages = max(1, ceil(len(fitting) / PAGE))
    number = request.GET.get("page", "1")
    page = min(max(1, int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1), pages)
    query = request.GET.copy()
    query.pop("page", None)
    context: dict[str, Any] = {
        "page": "rules",
        "version": version_of(scope),
        "wanted": wanted,
        "lines": fitting[(page - 1) * PAGE : page * PAGE],
        "heads": heads(wanted, request.GET),
        "any": any(line.state.key != "archived" for line in lines),
        "archived": sum(line.state.key == "archived" for line in lines),
        "count": len(fitting),
        "number": page,
        "pages": pages,
        "query": query.urlencode(),
        "next": request.get_full_path(),
        "tags": sorted({tag for line in lines for tag in line.tags}),
        "states": STATES.values(),
        "modes": MODES.values(),
        "categories": Rule.Category.choices,
        "levels": Level.choices,
        "may_make": any(scope.may_decide(account.pk) for account in scope.accounts),
    }
    return render(request, "optimization/rules.html", context)
