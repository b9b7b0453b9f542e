"""Shared steps of the families."""

import numpy as np
import pytest

from intelligence.metrics.families import FAMILIES
from intelligence.metrics.families.base import divide, numbers


def test_division_by_zero_negative_or_unknown_is_unknown() -> None:
    found = divide(np.array([1.0, 1.0, 1.0, np.nan]), np.array([0.0, -2.0, np.nan, 1.0]))
    assert np.isnan(found).all()


def test_a_text_is_not_taken_for_a_number() -> None:
    with pytest.raises(TypeError):
        numbers(np.array(["1"]))


def test_every_family_has_a_key_of_its_own() -> None:
    assert len({family.key for family in FAMILIES}) == len(FAMILIES)
