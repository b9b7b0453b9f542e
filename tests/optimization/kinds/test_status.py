"""Pause, activate and notify."""

import pytest
from pydantic import ValidationError

from optimization.kinds import KINDS, FieldChange, Refusal, describe
from optimization.models import Action
from tests.factories.optimization import entity


@pytest.mark.parametrize("level", ["campaign", "adset", "ad"])
@pytest.mark.parametrize(("kind", "now_is", "then"), [("pause", "ACTIVE", "PAUSED"), ("activate", "PAUSED", "ACTIVE")])
def test_a_status_kind_sets_the_other_status(kind: str, now_is: str, then: str, level: str) -> None:
    made = KINDS[kind].change(entity(level=level, status=now_is), {}, "EUR")
    assert isinstance(made, FieldChange)
    assert (made.field, made.before, made.wanted) == ("status", now_is, then)
    assert level in KINDS[kind].levels


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("pause", "PAUSED", "already paused"),
        ("activate", "ACTIVE", "already active"),
        ("pause", "ARCHIVED", "ARCHIVED"),
        ("activate", "DELETED", "DELETED"),
        ("pause", "", "unknown"),
    ],
)
def test_what_is_so_already_or_cannot_be_changed_is_refused(kind: str, status: str, words: str) -> None:
    made = KINDS[kind].change(entity(status=status), {}, "EUR")
    assert isinstance(made, Refusal)
    assert words in made.reason


def test_each_puts_the_other_back() -> None:
    assert KINDS["pause"].inverse_key() == "activate"
    assert KINDS["activate"].inverse_key() == "pause"


def test_pausing_is_loss_prevention_and_activating_is_growth() -> None:
    assert (KINDS["pause"].loss_prevention, KINDS["pause"].grows) == (True, False)
    assert (KINDS["activate"].loss_prevention, KINDS["activate"].grows) == (False, True)


@pytest.mark.parametrize("kind", ["pause", "activate"])
def test_a_status_kind_takes_no_parameters(kind: str) -> None:
    with pytest.raises(ValidationError, match="percent"):
        KINDS[kind].Parameters.model_validate({"percent": 5})


def test_the_headline_names_the_money_that_is_spent() -> None:
    paused = Action(kind="pause", entity_name="EU", field="status", at_stake=7_000, currency="EUR")
    head = describe(paused)
    assert (head.verb, head.name, head.change) == ("Pause", "EU", "spending 70.00 EUR a day")
    paused.at_stake = None
    assert describe(paused).change == ""


def test_a_notice_changes_nothing_at_meta_and_needs_a_message() -> None:
    notify = KINDS["notify_only"]
    assert not notify.changes_meta
    assert notify.inverse_key() is None
    assert isinstance(notify.change(entity(), {"message": "look"}, "EUR"), Refusal)
    with pytest.raises(ValidationError, match="message"):
        notify.Parameters.model_validate({"message": ""})
    assert [key for key, kind in KINDS.items() if not kind.changes_meta] == ["notify_only", "call_webhook"]
