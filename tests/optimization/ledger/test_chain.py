"""The chain: one per account, every link proven, appended with what it records."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from metaads.models import AdAccount
from optimization.ledger import Entry, events_of, record, record_many, verify
from optimization.ledger.chain import digest
from optimization.models import LedgerEvent, LedgerHead
from tests.factories.metaads import AdAccountFactory, AdSetFactory
from tests.factories.optimization import NOW, budget_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def put(account: AdAccount | None, kind: str = "run_started", **more: object) -> None:
    record(kind, account_id=account.pk if account else None, actor="system", now=NOW, payload=dict(more))


def test_links_are_numbered_and_hold_the_hash_of_the_one_before(account: AdAccount) -> None:
    for n in range(3):
        put(account, n=n)
    first, second, third = LedgerEvent.objects.order_by("number")
    assert [first.number, second.number, third.number] == [1, 2, 3]
    assert (first.previous, second.previous, third.previous) == ("", first.hash, second.hash)
    head = LedgerHead.objects.get()
    assert (head.chain, head.number, head.hash) == (f"account:{account.pk}", 3, third.hash)
    assert verify() == []


def test_each_account_and_the_installation_have_chains_of_their_own(account: AdAccount) -> None:
    for one in (account, None, AdAccountFactory.create(), account):
        put(one)
    assert sorted(LedgerHead.objects.values_list("number", flat=True)) == [1, 1, 2]
    assert LedgerHead.objects.get(chain="installation").number == 1
    assert verify() == []


def test_business_and_machine_time_are_both_kept(account: AdAccount) -> None:
    before = datetime.now(UTC)
    put(account)
    event = LedgerEvent.objects.get()
    assert event.business_time == NOW
    assert before <= event.machine_time <= datetime.now(UTC)


def test_many_events_go_in_at_once_and_in_order(account: AdAccount) -> None:
    record_many(account.pk, [Entry("run_started", "system", {"n": n}) for n in range(1_200)], NOW)
    assert [e.payload["n"] for e in LedgerEvent.objects.order_by("number")] == list(range(1_200))
    assert verify() == []


def test_no_events_make_no_chain(account: AdAccount) -> None:
    record_many(account.pk, [], NOW)
    assert not LedgerHead.objects.exists()


def test_an_unknown_kind_is_refused(account: AdAccount) -> None:
    with pytest.raises(ValueError, match="optimization_guessed"):
        put(account, "optimization_guessed")
    assert not LedgerEvent.objects.exists()


def test_what_is_rolled_back_leaves_no_gap(account: AdAccount) -> None:
    put(account)
    with transaction.atomic():
        put(account)
        transaction.set_rollback(True)
    put(account)
    assert list(LedgerEvent.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert verify() == []


def test_the_events_of_an_action_are_told_oldest_first() -> None:
    action, other = (budget_action(AdSetFactory.create()) for _ in range(2))
    for one, kind in (
        (action, "optimization_suggested"),
        (other, "optimization_suggested"),
        (action, "optimization_approved"),
    ):
        record(kind, account_id=one.account_id, actor="system", now=NOW, action_id=one.public_id)
    assert [event.kind for event in events_of(action)] == ["optimization_suggested", "optimization_approved"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("previous", "0" * 64),
        ("chain", "account:9"),
        ("number", 2),
        ("kind", "run_finished"),
        ("account_id", 9),
        ("action_id", UUID(int=7)),
        ("user_id", 7),
        ("actor", "user"),
        ("payload_text", '{"n":2}'),
        ("business_time", NOW + timedelta(microseconds=1)),
        ("machine_time", NOW),
    ],
)
def test_every_column_is_part_of_the_hash(account: AdAccount, column: str, value: object) -> None:
    put(account, n=1)
    event = LedgerEvent.objects.get()
    assert digest(event) == event.hash
    setattr(event, column, value)
    assert digest(event) != event.hash


def test_texts_that_are_no_ascii_survive_the_database(account: AdAccount) -> None:
    put(account, reason="zu teuer für uns — 広告 ✓")
    assert LedgerEvent.objects.get().payload == {"reason": "zu teuer für uns — 広告 ✓"}
    assert verify() == []
