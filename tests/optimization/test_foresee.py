"""Drafts and changes by hand are told what to expect, from the newest table of the level where they act."""

import numpy as np
import pytest

from metaads.models import AdSet
from optimization.foresee import basis_for, foresee
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, draft_of, keep_frame

pytestmark = pytest.mark.django_db


@pytest.fixture
def sets() -> list[AdSet]:
    first: AdSet = AdSetFactory.create()
    return [first, *AdSetFactory.create_batch(3, campaign=first.campaign)]


def columns(sets: list[AdSet]) -> dict[str, list[object]]:
    return {
        "ids": [one.meta_id for one in sets],
        "spend_7d": [70.0, 140.0, None, 0.0],
        "conversions_7d": [7.0, 14.0, None, 0.0],
        "conversion_value_7d": [140.0, 280.0, None, 0.0],
        "parent_id": [sets[0].campaign.meta_id] * 4,
    }


def test_the_basis_is_spend_a_day_and_rates_per_minor_unit(sets: list[AdSet]) -> None:
    keep_frame(sets[0].account, "adset", columns(sets))
    basis = basis_for(sets[0].account, "adset", sets[0].meta_id, NOW)
    assert basis is not None
    assert basis["spend"] == 1_000
    low, middle, high = basis["conversions"]
    assert low < middle < high
    assert middle == pytest.approx(0.001, rel=0.15)
    assert basis["value"][1] == pytest.approx(2.0, rel=0.2)


def test_what_is_not_known_has_no_rates(sets: list[AdSet]) -> None:
    keep_frame(sets[0].account, "adset", columns(sets))
    account = sets[0].account
    unknown = basis_for(account, "adset", sets[2].meta_id, NOW)
    assert unknown is not None
    assert (unknown["spend"], unknown["conversions"], unknown["value"]) == (None, None, None)
    assert basis_for(account, "adset", "404", NOW) is None
    assert basis_for(account, "account", account.meta_id, NOW) is None


def test_each_draft_is_told_from_its_own_row(sets: list[AdSet]) -> None:
    frame = keep_frame(sets[0].account, "adset", columns(sets))
    drafts = [draft_of(one) for one in sets[:2]]
    first, second = foresee(drafts, {"adset": frame}, "EUR")
    assert first.expected is not None
    assert second.expected is not None
    assert np.isclose(second.expected["spend"], 2 * first.expected["spend"])
    assert foresee(drafts, {}, "EUR") == drafts
