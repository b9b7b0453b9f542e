"""Undo the last hours: choose, look at what would be done and what not, confirm once."""

import math
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from metaads.clock import business_now
from metaads.graph.money import money_text
from metaads.models import AdAccount
from optimization.kinds import ALL
from optimization.models import Action, Rule, Source
from optimization.queue.errors import Invalid, QueueError, Stale
from optimization.queue.reverting import MOST_HOURS, Look, Reverted, Wanted, effect_of, look, revert
from optimization.views.cards import card
from optimization.views.scope import Scope, scope_of

HOURS = ("1", "4", "24")
CUSTOM = "custom"
CHOSEN = ("hours", "custom", "source", "rule", "kind")
SHOWN = 200
NUMBER = re.compile(r"[0-9]{1,18}")
ELSEWHERE = "It is not among the changes of these hours."


@dataclass(frozen=True)
class Row:
    """One undo of the preview. `undoes`: the changes it puts back, newest first."""

    verb: str
    name: str
    change: str
    icon: str
    effect: str
    undoes: tuple[Action, ...]


def hours_of(data: QueryDict) -> float:
    """The hours that a form asks for. Raises Invalid with the text that was typed."""
    chosen = data.get("hours", "")
    text = data.get("custom", "") if chosen == CUSTOM else chosen
    try:
        hours = float(text.strip().replace(",", "."))
    except ValueError:
        raise Invalid(f"hours: “{text}” is no number of hours. Write one like 6.") from None
    if not math.isfinite(hours):
        raise Invalid("hours: give a number of hours like 6.")
    return hours


def _account(scope: Scope, wanted: str) -> AdAccount | None:
    """The account asked for, or the chosen or only one; another's does not exist."""
    if not wanted:
        return scope.account if scope.account in scope.stoppable else next(iter(scope.stoppable), None)
    account = next((one for one in scope.accounts if str(one.pk) == wanted), None)
    if account is None:
        raise Http404("No such account.")
    if not scope.may_decide(account.pk):
        raise PermissionDenied("Undoing is for managers of this ad account.")
    return account


def _wanted(data: QueryDict, now: datetime) -> Wanted:
    """What the form asks for, counted back from now."""
    source, rule, kind = (data.get(name, "") for name in ("source", "rule", "kind"))
    if source and source not in Source.values:
        raise Invalid(f"source: “{source}” is none of {', '.join(Source.values)}.")
    rule_id = int(rule) if rule.isdigit() else None
    return Wanted.last(hours_of(data), now, source=source, rule_id=rule_id, kind=kind)


def _confirmed(data: QueryDict, now: datetime) -> Wanted:
    """What was shown, since the same moment: hours counted anew would begin later. Raises Invalid."""
    wanted, only = _wanted(data, now), data.get("only", "").split(",")
    try:
        since = datetime.fromisoformat(data.get("since", ""))
    except ValueError:
        raise Invalid("Look first at what would be undone, then confirm it.") from None
    if since.tzinfo is None or not now - timedelta(hours=MOST_HOURS + 24) < since <= now:
        raise Invalid("since: the look is too old. Look again, then confirm it.")
    return replace(wanted, since=since, only=frozenset(int(one) for one in only if NUMBER.fullmatch(one)))


@login_required
@require_http_methods(["GET", "POST"])
def revert_page(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    if not scope.stoppable:
        raise PermissionDenied("Undoing is for managers.")
    data = request.POST if request.method == "POST" else request.GET
    account = _account(scope, data.get("account", "")) or scope.stoppable[0]
    scope.narrow(account)
    now = business_now(account)
    try:
        if request.method == "POST":
            return _do(request, account, now)
        seen = look(account, _wanted(data, now), now) if "hours" in data else None
    except Stale as error:
        return _page(request, scope, account, now, look(account, _wanted(data, now), now), str(error), 409)
    except QueueError as error:
        return _page(request, scope, account, now, None, str(error), 422)
    return _page(request, scope, account, now, seen)


def _do(request: HttpRequest, account: AdAccount, now: datetime) -> HttpResponse:
    """Undoes what the person saw, or nothing."""
    assert isinstance(request.user, User)  # noqa: S101  (login_required; tells mypy)
    wanted = _confirmed(request.POST, now)
    done = revert(account, wanted, request.user, now, seen=request.POST.get("seen") or "nothing was looked at")
    undone = done.undone
    if done.undos:
        undos, changes = _counted(len(done.undos), "undo"), _counted(len(undone), "change")
        messages.success(request, f"On their way: {undos} for {changes}.")
    else:
        messages.warning(request, "Nothing was left to undo.")
    for told in _not_undone((wanted.only or frozenset()) - undone, done, account):
        messages.warning(request, told)
    return redirect("/actions/?show=moving" if done.undos else request.get_full_path())


def _not_undone(ids: Collection[int], done: Reverted, account: AdAccount) -> list[str]:
    """All that was confirmed and is not undone: a line for each reason, with the names."""
    reasons = {action.pk: why for action, why in done.left}
    named: dict[str, list[str]] = {}
    for action in Action.objects.filter(account=account, pk__in=ids).order_by("-executed_at", "-pk"):
        named.setdefault(reasons.get(action.pk, ELSEWHERE), []).append(action.entity_name)
    return [f"{', '.join(names)}: {why}" for why, names in named.items()]


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _rows(seen: Look, scope: Scope, now: datetime) -> list[Row]:
    return [_row(one, inverse.undoes, scope, now) for one, inverse in zip(seen.drafts, seen.inverses, strict=True)]


def _row(draft: Action, undoes: tuple[Action, ...], scope: Scope, now: datetime) -> Row:
    shown = card(draft, scope, now)
    effect = effect_of(draft)
    told = "unknown" if effect is None else _signed(effect, draft.currency)
    change = ", ".join(part for part in (shown.change, shown.percent) if part)
    return Row(shown.verb, shown.name, change, shown.icon, told, undoes)


def _signed(minor: int, currency: str) -> str:
    sign = "+" if minor > 0 else "−" if minor < 0 else ""
    return f"{sign}{money_text(abs(minor), currency)}"


def _page(
    request: HttpRequest,
    scope: Scope,
    account: AdAccount,
    now: datetime,
    seen: Look | None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET
    rules = Rule.objects.filter(versions__actions__account=account).distinct().order_by("name")
    asked = data.get("hours", "4")
    asked = asked if asked in HOURS else CUSTOM
    context = {
        "page": "actions",
        "account": account,
        "accounts": scope.stoppable,
        "hours": [(one, f"{one} h", asked == one) for one in HOURS],
        "custom": asked == CUSTOM,
        "custom_text": data.get("custom", "") if data.get("hours") in (None, *HOURS, CUSTOM) else data["hours"],
        "sources": [(value, label, data.get("source") == value) for value, label in Source.choices],
        "rules": [(rule, data.get("rule") == str(rule.pk)) for rule in rules],
        "kinds": [(kind.key, kind.label, data.get("kind") == kind.key) for kind in ALL if kind.inverse_key()],
        "chosen": [("account", account.pk), *((name, data.get(name, "")) for name in CHOSEN)],
        "error": error,
        "seen": seen,
        "since": _wanted(data, now).since if seen else None,
        "rows": _rows(seen, scope, now)[:SHOWN] if seen else [],
        "effect": _signed(seen.effect, account.currency) if seen else "",
        "only": ",".join(str(action.pk) for action in seen.undoes) if seen else "",
        "left": seen.left[:SHOWN] if seen else [],
    }
    return render(request, "optimization/revert.html", context, status=status)
