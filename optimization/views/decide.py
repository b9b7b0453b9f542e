"""The POST doors: approve, reject, modify, cancel, undo. Each calls one service; without JavaScript they redirect."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from metaads.clock import business_now
from metaads.graph.money import from_minor
from optimization.kinds import describe
from optimization.models import OPEN_STATUSES, Action, Status
from optimization.queue import services
from optimization.queue.errors import Invalid, NotAllowed, QueueError
from optimization.queue.four_eyes import FIRST_YES
from optimization.queue.locks import locks_on
from optimization.queue.selectors import actions_for
from optimization.views.cards import card, followed, refused
from optimization.views.case import case_page
from optimization.views.evidence import evidence_for
from optimization.views.scope import scope_of

Decision = Callable[[Action, User, datetime], Action]


def _actor(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # noqa: S101  (login_required; tells mypy)
    return request.user


def _load(request: HttpRequest, public_id: UUID) -> Action:
    """Another account's action does not exist; a viewer's decision is forbidden."""
    action = get_object_or_404(actions_for(request.user).select_related("decided_by"), public_id=public_id)
    if not scope_of(request).may_decide(action.account_id):
        raise PermissionDenied("Deciding is for managers of this ad account.")
    return action


def _decide(request: HttpRequest, public_id: UUID, part: str, decide: Decision, done: str) -> HttpResponse:
    """Decides and answers in the form that was asked: the card for htmx, a redirect for a plain form.

    What goes wrong is shown where it was done, with the form open and its input kept."""
    action = _load(request, public_id)
    try:
        result = decide(action, _actor(request), business_now(action.account))
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from None
    except QueueError as error:
        return _refused(request, public_id, _plain(str(error)), part)
    said = f"{done}: {describe(action).verb} {action.entity_name}"
    if done.lower().endswith("approved") and result.status in OPEN_STATUSES:
        said = f"{describe(action).verb} {action.entity_name}: {FIRST_YES}"
    if getattr(request, "htmx", False) and request.POST.get("view") == "card":
        return _card(request, result if result.undo_of_id is None else action, said=said, part=part)
    messages.success(request, said)
    return redirect(_back(request, public_id))


def _back(request: HttpRequest, public_id: UUID) -> str:
    """Where the form says it came from, if that is this site."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return f"/actions/{public_id}/"


def _typed(request: HttpRequest, part: str) -> str:
    return request.POST.get({"reject": "reason", "modify": "amount", "annotate": "notes"}.get(part, ""), "")


def _plain(error: str) -> str:
    """Without the field's name before it: it is shown beside the form that has one."""
    name, colon, text = error.partition(": ")
    return f"{text[:1].upper()}{text[1:]}" if colon and name in FIELDS else error


def _refused(request: HttpRequest, public_id: UUID, error: str, part: str) -> HttpResponse:
    if getattr(request, "htmx", False) and request.POST.get("view") == "card":
        return _card(request, _load(request, public_id), error=error, part=part)
    return case_page(
        request, _load(request, public_id), error=error, opened=part, typed=_typed(request, part), status=409
    )


def _card(request: HttpRequest, action: Action, said: str = "", error: str = "", part: str = "") -> HttpResponse:
    now = business_now(action.account)
    fresh = actions_for(request.user).get(pk=action.pk)
    pictures = evidence_for([fresh], {fresh.account_id: fresh.account}, {fresh.account_id: now})
    held = locks_on([fresh], {fresh.account_id: now}).get(fresh.pk)
    scope = scope_of(request)
    shown = followed(card(fresh, scope, now, pictures.get(fresh.pk), held), scope.user)
    if error:
        shown = refused(shown, error, part, _typed(request, part))
    context = {"card": shown, "said": said, "way_back": part in {"approve", "modify"}}
    return render(request, "optimization/parts/decided.html", context, status=409 if error else 200)


@login_required
@require_POST
def approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    version = request.POST.get("version", "")

    def decide(action: Action, user: User, now: datetime) -> Action:
        return services.approve(action.pk, user, now, version=int(version) if version.isdigit() else None)

    return _decide(request, public_id, "approve", decide, "Approved")


@login_required
@require_POST
def reject(request: HttpRequest, public_id: UUID) -> HttpResponse:
    def decide(action: Action, user: User, now: datetime) -> Action:
        return services.reject(action.pk, user, now, request.POST.get("reason", ""))

    return _decide(request, public_id, "reject", decide, "Rejected")


@login_required
@require_POST
def modify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    def decide(action: Action, user: User, now: datetime) -> Action:
        amount = _plausible(action, _amount(request.POST.get("amount", "")))
        return services.modify_and_approve(action.pk, user, now, amount, note=request.POST.get("note", ""))

    return _decide(request, public_id, "modify", decide, "Changed and approved")


PLAIN = re.compile(r"\d+(?:[.,]\d{1,2})?")
SLIP = 100
FIELDS = ("amount", "reason", "note", "notes")
GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?")


def _amount(text: str) -> Decimal:
    """`84`, `84.00`, `84,00` or, as we write it ourselves, `1,234.50`. What could mean two amounts is refused."""
    plain = text.strip().replace(" ", "")
    if GROUPED.fullmatch(plain):
        return Decimal(plain.replace(",", ""))
    if PLAIN.fullmatch(plain):
        return Decimal(plain.replace(",", "."))
    raise Invalid(f"amount: “{text}” is not an amount. Write one like 84.00 or 1,234.50.")


def _plausible(action: Action, amount: Decimal) -> Decimal:
    """A slipped key isn't a budget or a bid: no step of more than `SLIP` times what it is now."""
    before = action.value_before
    what = "budget"
    if isinstance(before, dict):
        before, what = before.get("bid_amount"), "bid"
    if isinstance(before, int) and amount > SLIP * from_minor(before, action.currency):
        raise Invalid(f"amount: that is more than {SLIP} times the present {what}. Nothing was changed.")
    return amount


@login_required
@require_POST
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    def decide(action: Action, user: User, now: datetime) -> Action:
        return services.cancel(action.pk, user, now, request.POST.get("reason", "") or "Taken back on the page.")

    return _decide(request, public_id, "cancel", decide, "Taken back")


@login_required
@require_POST
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    def decide(action: Action, user: User, now: datetime) -> Action:
        return services.undo(action.pk, user, now)

    return _decide(request, public_id, "undo", decide, "Undo is on its way")


@login_required
@require_POST
def keep(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A timed change stays: it is not undone by itself any more."""

    def decide(action: Action, user: User, now: datetime) -> Action:
        return services.keep(action.pk, user, now)

    return _decide(request, public_id, "keep", decide, "Kept")


@login_required
@require_POST
def annotate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Tags and notes, at any time."""

    def decide(action: Action, user: User, now: datetime) -> Action:
        tags = [tag for tag in request.POST.get("tags", "").split(",") if tag.strip()]
        return services.annotate(action.pk, user, now, tags=tags, notes=request.POST.get("notes", ""))

    return _decide(request, public_id, "annotate", decide, "Noted")


@login_required
@require_POST
def back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The toast's one button: takes back what has not begun, undoes what was done in between."""

    def decide(action: Action, user: User, now: datetime) -> Action:
        if action.status == Status.APPROVED:
            return services.cancel(action.pk, user, now, "Taken back on the page.")
        return services.undo(action.pk, user, now)

    return _decide(request, public_id, "undo", decide, "Taken back")


@login_required
@require_GET
def card_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The card as it stands: asked for every second while an action is on its way."""
    return _card(request, get_object_or_404(actions_for(request.user), public_id=public_id))
