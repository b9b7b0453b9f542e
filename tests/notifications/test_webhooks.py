"""Webhooks out: where they may go, at least once with a delivery id, signed, retried, given up and told."""

import dataclasses
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from config.webhook_settings import Webhooks
from notifications.models import Notification, WebhookCall
from notifications.webhooks import Call, deliver_due, enqueue
from notifications.webhooks.address import NotAllowed, Target, Unreachable, target_of
from notifications.webhooks.deliver import PAUSES
from notifications.webhooks.post import NoAnswer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
URL = "https://hooks.example.com/ads?team=1"
SECRET = "a secret of sixteen and more"


@dataclasses.dataclass
class Receiver:
    """Somebody else's server: answers `statuses` in turn, then 200; keeps what it got."""

    statuses: list[int | Exception] = dataclasses.field(default_factory=list)
    got: list[tuple[Target, bytes, Mapping[str, str]]] = dataclasses.field(default_factory=list)

    def __call__(self, target: Target, body: bytes, headers: Mapping[str, str]) -> int:
        self.got.append((target, body, headers))
        answer = self.statuses.pop(0) if self.statuses else 200
        if isinstance(answer, Exception):
            raise answer
        return answer


def public(host: str, port: int) -> list[str]:
    return ["93.184.216.34"]


@pytest.fixture(autouse=True)
def _allowed(settings: Settings) -> None:
    settings.WEBHOOKS = Webhooks(("hooks.example.com", ".example.org"), secrets={"team": SECRET})


def call(**changes: Any) -> Call:
    values = {
        "subject": "account:7",
        "key": "rule:1:a",
        "url": URL,
        "secret": "team",
        "payload": {"reason": "Spend 64"},
    }
    return Call(**{**values, **changes})


def later(**span: float) -> datetime:
    return timezone.now() + timedelta(seconds=1) + timedelta(**span)


def test_a_call_is_posted_once_accepted_with_its_id_in_header_and_body_and_signed() -> None:
    assert enqueue([call()], NOW) == 1
    receiver = Receiver()
    assert deliver_due(later(), receiver, public) == 1
    assert deliver_due(later(hours=1), receiver, public) == 0
    [(target, body, headers)] = receiver.got
    stored = WebhookCall.objects.get()
    assert (target.host, target.path, target.ip) == ("hooks.example.com", "/ads?team=1", "93.184.216.34")
    assert json.loads(body) == {"delivery_id": str(stored.delivery_id), "reason": "Spend 64"}
    assert headers["X-Delivery-Id"] == str(stored.delivery_id)
    assert headers["X-Signature-256"] == f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"
    assert (stored.state, stored.status, stored.attempts) == ("delivered", 200, 1)


def test_the_same_key_is_one_call() -> None:
    assert enqueue([call(), call()], NOW) == 1
    assert enqueue([call(), call(key="rule:1:b")], NOW) == 1
    assert WebhookCall.objects.count() == 2


def test_what_was_not_accepted_comes_again_later_with_the_same_id() -> None:
    enqueue([call()], NOW)
    receiver = Receiver([503, NoAnswer("ReadTimeoutError"), 302])
    moment = later()
    assert deliver_due(moment, receiver, public) == 0
    assert deliver_due(moment + timedelta(seconds=20), receiver, public) == 0
    assert len(receiver.got) == 1, "the pause is not over"
    for pause in PAUSES[:3]:
        moment += pause + timedelta(seconds=1)
        deliver_due(moment, receiver, public)
    assert [json.loads(body)["delivery_id"] for _, body, _ in receiver.got] == [
        str(WebhookCall.objects.get().delivery_id)
    ] * 4
    assert WebhookCall.objects.get().state == "delivered"


def test_a_worker_that_died_while_sending_leaves_the_call_to_the_next() -> None:
    enqueue([call()], NOW)
    moment = later()
    with pytest.raises(KeyboardInterrupt):
        deliver_due(moment, _dies, public)
    receiver = Receiver()
    assert deliver_due(moment + timedelta(seconds=30), receiver, public) == 0, "the first may still be sending"
    assert deliver_due(moment + timedelta(minutes=3), receiver, public) == 1


def _dies(target: Target, body: bytes, headers: Mapping[str, str]) -> int:
    raise KeyboardInterrupt


def test_given_up_for_good_it_is_told_once() -> None:
    enqueue([call()], NOW)
    receiver, moment = Receiver([500] * 20), later()
    for pause in [*PAUSES, timedelta(days=1), timedelta(days=1)]:
        deliver_due(moment, receiver, public)
        moment += pause + timedelta(seconds=1)
    stored = WebhookCall.objects.get()
    assert (stored.state, stored.attempts, len(receiver.got)) == ("failed", len(PAUSES) + 1, len(PAUSES) + 1)
    notice = Notification.objects.get()
    assert notice.subject == "account:7"
    assert "It answered 500" in notice.body


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example.com/", "Only https"),
        ("https://someone:word@hooks.example.com/", "Only https"),
        ("https://other.example.com/", "WEBHOOK_HOSTS"),
        ("https://hooks.example.com.evil.test/", "WEBHOOK_HOSTS"),
        ("https://example.org.evil.test/", "WEBHOOK_HOSTS"),
        ("https://hooks.example.com:99999/", "no address"),
    ],
)
def test_only_https_and_listed_hosts_are_called(url: str, words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        target_of(url, public)
    assert target_of("https://a.example.org:8443/x", public).port == 8443


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("::1", "fd00::1", "fe80::1%eth0", "::ffff:10.0.0.1"),
        *("64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1"),
    ],
)
def test_no_address_inside_a_private_network_is_called(address: str, settings: Settings) -> None:
    both = ["93.184.216.34", address]
    with pytest.raises(NotAllowed, match="private network"):
        target_of(URL, lambda host, port: both)
    settings.WEBHOOKS = Webhooks(("hooks.example.com",), private=True)
    assert target_of(URL, lambda host, port: [address]).ip == address


def test_a_host_without_an_address_is_tried_again() -> None:
    enqueue([call()], NOW)
    deliver_due(later(), Receiver(), _nowhere)
    stored = WebhookCall.objects.get()
    assert (stored.state, stored.error) == ("waiting", "hooks.example.com has no address.")


def _nowhere(host: str, port: int) -> list[str]:
    raise Unreachable(f"{host} has no address.")


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"secret": "old"}, "no secret 'old'"), ({"url": "https://elsewhere.test/"}, "WEBHOOK_HOSTS")],
)
def test_what_trying_again_would_not_mend_fails_at_once(changes: dict[str, str], words: str) -> None:
    enqueue([call(**changes)], NOW)
    receiver = Receiver()
    deliver_due(later(), receiver, public)
    assert not receiver.got
    assert WebhookCall.objects.get().state == "failed"
    assert words in Notification.objects.get().body
