"""Facts about the direction and the size of what a change moves."""

from typing import Any

import pytest

from metaads.models import AdSet
from optimization.entities import load_one
from optimization.guards import Facts
from optimization.models import AccountLimits, Source
from optimization.queue.facts import Wish, facts_for, surroundings
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


def gathered(ad_set: AdSet, wanted: Any, kind: str, field: str = "daily_budget") -> Facts:
    entity = load_one(ad_set.account, "adset", ad_set.meta_id)
    assert entity is not None
    before = entity.value_of(field)
    wish = Wish(source=Source.RULE, kind=kind, field=field, before=before, wanted=wanted, data_read_at=NOW)
    return facts_for(surroundings(ad_set.account, NOW), wish, entity, before)


@pytest.mark.parametrize(
    ("kind", "wanted", "told"),
    [
        ("decrease_budget", 5_000, (False, True)),
        ("decrease_budget", 20_000, (True, False)),
        ("increase_budget", 5_000, (False, False)),
    ],
)
def test_a_budget_is_judged_by_its_direction(ad_set: AdSet, kind: str, wanted: int, told: tuple[bool, bool]) -> None:
    """A person may have given another amount than the kind would."""
    facts = gathered(ad_set, wanted, kind=kind)
    assert (facts.grows, facts.loss_prevention) == told


def test_the_largest_budget_is_told_where_one_is_limited(ad_set: AdSet) -> None:
    AdSet.objects.update(status="PAUSED")
    assert gathered(ad_set, "ACTIVE", "activate", "status").largest == 0
    AccountLimits.objects.create(account=ad_set.account, max_entity_budget=500)
    assert gathered(ad_set, "ACTIVE", "activate", "status").largest == 10_000
