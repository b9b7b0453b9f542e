"""Rows stored past the model layer are the rows that the model layer would have stored."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from metaads.models import AdSet
from optimization import bulk
from optimization.models import Action, Status
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


def plain(action: Action) -> dict[str, Any]:
    return {**model_to_dict(action), "public_id": action.public_id}


def full(ad_set: AdSet) -> dict[str, Any]:
    """A value of every type, odd ones among them."""
    return {
        "public_id": uuid4(),
        "level": "adset",
        "entity_id": ad_set.meta_id,
        "entity_name": "Söm\tmer\n\\N “sale” \u2028",
        "kind": "increase_budget",
        "source": "rule",
        "field": "daily_budget",
        "value_before": 10_000,
        "value_wanted": "PAUSED",
        "value_final": 12_000,
        "currency": "EUR",
        "amount_pct": Decimal("-20.50"),
        "at_stake": None,
        "reason": "a\\tb",
        "trace": {"node": "leaf", "value": None, "children": [1.5, "ü", True]},
        "metrics": {},
        "data_read_at": NOW - timedelta(microseconds=1),
        "safety_score": 0.1 + 0.2,
        "tags": [],
        "status": Status.PENDING,
        "by_hand": True,
        "proposed_at": NOW,
        "refreshed_at": NOW,
    }


def test_a_row_is_what_the_model_would_have_stored(ad_set: AdSet) -> None:
    values = full(ad_set)
    kept = Action.objects.create(account=ad_set.account, **values)
    wanted = plain(Action.objects.get())
    kept.delete()
    bulk.insert(Action, list(values), [list(values.values())], {"account_id": ad_set.account.pk})
    found = plain(Action.objects.get())
    assert {name for name in wanted if wanted[name] != found[name]} <= {"id"}
    assert found["trace"] == values["trace"]


def test_what_is_not_given_gets_its_default(ad_set: AdSet) -> None:
    values = {name: value for name, value in full(ad_set).items() if name != "public_id"}
    shared = {"account_id": ad_set.account.pk, **values}
    bulk.insert(Action, ["public_id"], [[uuid4()], [uuid4()]], {**shared, "status": Status.REJECTED})
    first, second = Action.objects.order_by("pk")
    assert (first.steps, first.verdicts, first.version, first.decision_note) == ([], [], 1, "")
    assert first.public_id != second.public_id


def test_constraints_hold_and_nothing_of_a_refused_lot_stays(ad_set: AdSet) -> None:
    values = full(ad_set)
    rows = [list({**values, "public_id": uuid4()}.values()) for _ in range(2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Action, list(values), rows, {"account_id": ad_set.account.pk})
    assert not Action.objects.exists()


def test_an_update_touches_the_named_columns_of_the_named_rows_alone(ad_set: AdSet) -> None:
    first, second, third = (budget_action(ad_set, kind=kind) for kind in ("pause", "activate", "set_budget"))
    rows = [(first.pk, {"a": 1}, None, "Neu"), (second.pk, [], Decimal("1.00"), "")]
    later = NOW + timedelta(hours=1)
    bulk.update(Action, ("trace", "amount_pct", "reason"), rows, {"refreshed_at": later, "stale_reason": "x"})
    before = plain(third)
    for action in (first, second, third):
        action.refresh_from_db()
    assert (first.trace, first.amount_pct, first.reason, first.refreshed_at) == ({"a": 1}, None, "Neu", later)
    assert (second.trace, second.amount_pct, second.stale_reason) == ([], Decimal("1.00"), "x")
    assert first.value_before == 10_000
    assert plain(third) == before


def test_two_updates_in_one_transaction_do_not_meet(ad_set: AdSet) -> None:
    action = budget_action(ad_set)
    with transaction.atomic():
        for text in ("one", "two"):
            bulk.update(Action, ("reason",), [(action.pk, text)], {})
    action.refresh_from_db()
    assert action.reason == "two"


def test_nothing_is_nothing() -> None:
    bulk.insert(Action, ("reason",), [], {})
    bulk.update(Action, ("reason",), [], {})
    assert not Action.objects.exists()
