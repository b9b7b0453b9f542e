"""The worker's side: what is due is posted, what is not accepted comes back later, what failed for good is told.

At least once: a call that was sent while its worker died is sent again with the same delivery id, by which the
receiver drops the second. Times are machine time.
"""

import json
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from notifications.models import Notification, WebhookCall
from notifications.send import notify
from notifications.webhooks.address import NotAllowed, Resolve, Unreachable, resolved, target_of
from notifications.webhooks.post import NoAnswer, Post, post, signature

State = WebhookCall.State
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (0.5, 2, 10, 60, 180, 360, 720))
"""After the first, second ... attempt; after one more it has failed, most of a day after the event."""
LEASE = timedelta(minutes=2)
"""Longer than one POST can take; a call whose worker died is due again then."""
MOST = 200


def deliver_due(now: datetime, send: Post = post, resolve: Resolve = resolved) -> int:
    """Posts what is due, oldest first, and gives how many were accepted. Safe from several workers at once."""
    due = WebhookCall.objects.filter(state=State.WAITING, next_try_at__lte=now).order_by("next_try_at", "pk")
    return sum(_attempt(call, now, send, resolve) for call in due[:MOST])


def _attempt(call: WebhookCall, now: datetime, send: Post, resolve: Resolve) -> bool:
    """One POST outside of any transaction. The claim is one conditional update: only one worker gets it."""
    mine = WebhookCall.objects.filter(pk=call.pk, state=State.WAITING, attempts=call.attempts)
    if mine.update(attempts=F("attempts") + 1, next_try_at=now + LEASE) != 1:
        return False
    call.attempts += 1
    try:
        status = send(target_of(call.url, resolve), *_request(call))
    except NotAllowed as error:
        return _failed(call, str(error), now)
    except (Unreachable, NoAnswer) as error:
        return _again(call, str(error) or type(error).__name__, now)
    if 200 <= status < 300:
        _settle(call, state=State.DELIVERED, status=status, delivered_at=now, error="")
        return True
    return _again(call, f"It answered {status}.", now, status)


def _request(call: WebhookCall) -> tuple[bytes, dict[str, str]]:
    """Body and headers. Raises NotAllowed where the secret is not known: an unsigned call would be a lie."""
    payload = {"delivery_id": str(call.delivery_id), **call.payload}
    body = json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()
    headers = {"Content-Type": "application/json", "X-Delivery-Id": str(call.delivery_id)}
    if call.secret:
        secret = settings.WEBHOOKS.secrets.get(call.secret)
        if secret is None:
            raise NotAllowed(f"There is no secret {call.secret!r} in WEBHOOK_SECRETS.")
        headers["X-Signature-256"] = signature(secret, body)
    return body, headers


def _again(call: WebhookCall, error: str, now: datetime, status: int | None = None) -> bool:
    if call.attempts > len(PAUSES):
        return _failed(call, error, now, status)
    _settle(call, next_try_at=now + PAUSES[call.attempts - 1], error=error[:300], status=status)
    return False


def _failed(call: WebhookCall, error: str, now: datetime, status: int | None = None) -> bool:
    _settle(call, state=State.FAILED, error=error[:300], status=status)
    notify(
        subject=call.subject,
        key=f"webhook-failed:{call.delivery_id}",
        kind=Notification.Kind.ALERT,
        severity=Notification.Severity.WARNING,
        title="A webhook was not accepted",
        body=f"{call.url}: {error} Tried {call.attempts} times; it is not tried again.",
        link="",
        now=call.made_at + (now - call.created_at),
    )
    return False


def _settle(call: WebhookCall, **columns: object) -> None:
    WebhookCall.objects.filter(pk=call.pk, attempts=call.attempts, state=State.WAITING).update(**columns)
