"""The POST doors of locks: set one on an object from its page, release it."""

from datetime import datetime, time

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.http import require_POST

from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.models import EntityLock
from optimization.queue.errors import Invalid, NotAllowed, QueueError
from optimization.queue.locks import lock, release
from optimization.views.change import Target, target_of

END_OF_DAY = time(23, 59, 59)


def moment_of(text: str, account: AdAccount) -> datetime | None:
    """A day (to its end) or a moment in the account's zone; None for an empty text. Raises Invalid."""
    bare = text.strip()
    if not bare:
        return None
    try:
        day = parse_date(bare)
        moment = datetime.combine(day, END_OF_DAY) if day else parse_datetime(bare)
    except ValueError:
        moment = None
    if moment is None:
        raise Invalid(f"until: “{bare}” is no date. Write it like 2026-12-24.")
    return moment if moment.tzinfo else moment.replace(tzinfo=account.zone)


@login_required
@require_POST
def set_lock(request: HttpRequest, level: str, meta_id: str) -> HttpResponse:
    target = target_of(request, level, meta_id)
    try:
        until = moment_of(request.POST.get("until", ""), target.account)
        now, reason = business_now(target.account), request.POST.get("reason", "")
        lock(target.account, level, meta_id, _user(request), now, reason=reason, until=until)
    except QueueError as error:
        return _back(request, target, error)
    messages.success(request, f"Locked: automation leaves {target.name}, and all in it, alone.")
    return redirect(target.href)


@login_required
@require_POST
def end_lock(request: HttpRequest, level: str, meta_id: str) -> HttpResponse:
    target = target_of(request, level, meta_id)
    own = EntityLock.objects.filter(account=target.account, level=level, entity_id=meta_id, released_at=None)
    held = own.select_related("account").first()
    try:
        if held is None:
            raise Invalid("It is not locked itself. What it is in may be.")
        release(held, _user(request), business_now(target.account), request.POST.get("reason", ""))
    except QueueError as error:
        return _back(request, target, error)
    messages.success(request, f"Released: automation may act on {target.name} again.")
    return redirect(target.href)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (login_required; tells mypy)
    return request.user


def _back(request: HttpRequest, target: Target, error: QueueError) -> HttpResponse:
    if isinstance(error, NotAllowed):
        raise PermissionDenied(str(error))
    messages.error(request, f"Nothing was changed. {error}")
    return redirect(target.href)
