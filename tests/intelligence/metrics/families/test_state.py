"""State fields: as the frame holds them, unknown without window games."""

import pytest

from intelligence.metrics.catalog import UnknownField, resolve
from intelligence.metrics.families.state import NUMBERS, TEXTS
from tests.intelligence.metrics.frames import NAN, frame, values


def test_texts_and_numbers_are_what_the_frame_holds() -> None:
    held = frame(objective=["OUTCOME_SALES", ""], daily_budget=[100, NAN])
    assert values(held, "objective") == ["OUTCOME_SALES", ""]
    assert values(held, "daily_budget") == [100, None]


@pytest.mark.parametrize("name", [*TEXTS, *NUMBERS])
def test_every_state_field_is_unknown_where_the_frame_lacks_it(name: str) -> None:
    assert values(frame(spend_7d=[1]), name) == ["" if name in TEXTS else None]


@pytest.mark.parametrize("name", ["daily_budget_7d", "name_today"])
def test_state_has_no_window(name: str) -> None:
    with pytest.raises(UnknownField):
        resolve(name)
