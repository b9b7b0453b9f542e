"""Once a day every chain's head is noted in the installation's chain."""

from datetime import UTC, datetime, timedelta

import pytest

from optimization.ledger import anchor_heads, record, triggers, verify
from optimization.ledger.chain import digest
from optimization.models import LedgerEvent, LedgerHead

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _say(account_id: int, word: str) -> None:
    record("run_started", account_id=account_id, actor="system", now=NOW, payload={"word": word})


def test_heads_are_anchored_once_a_day(db: None) -> None:
    _say(1, "a")
    _say(2, "b")
    assert anchor_heads(NOW) == 2
    assert anchor_heads(NOW + timedelta(hours=5)) == 0
    assert anchor_heads(NOW + timedelta(days=1)) == 2
    assert verify() == []


def test_without_any_chain_nothing_is_anchored(db: None) -> None:
    assert anchor_heads(NOW) == 0


def test_a_chain_rewritten_with_fitting_hashes_no_longer_fits_its_anchor(db: None) -> None:
    _say(1, "what happened")
    anchor_heads(NOW)
    event = LedgerEvent.objects.get(chain="account:1")
    event.payload_text = '{"word":"what should have happened"}'
    event.hash = digest(event)
    triggers.drop()
    event.save()
    triggers.create()
    LedgerHead.objects.filter(chain="account:1").update(hash=event.hash)

    assert [str(problem) for problem in verify()] == ["account:1 #1: is not what was anchored on 2026-11-20"]


@pytest.mark.parametrize(
    "garbage", ["{not json", "[]", "null", '{"day":"2026-11-20"}', '{"day":1,"chain":[],"number":"x","hash":null}']
)
def test_an_anchor_that_cannot_be_read_is_named_and_made_anew(db: None, garbage: str) -> None:
    _say(1, "a")
    anchor_heads(NOW)
    triggers.drop()
    LedgerEvent.objects.filter(chain="installation").update(payload_text=garbage)
    triggers.create()

    assert "installation #1: was altered: it is an anchor that cannot be read" in [str(p) for p in verify()]
    assert anchor_heads(NOW) == 1
