"""An empty page that leads to itself: asked again, and given up when it goes on."""

import pytest

from metaads.graph.errors import OutcomeUnknown
from metaads.graph.paging import STANDING, walk

ROWS, NEXT = [{"id": "1"}], "https://graph.invalid/v26.0/act_1/ads?after=p1"


def standing(times: int) -> object:
    """Answers of an edge whose second page is empty and leads to itself so many times before it has its rows."""
    pages = [{"data": ROWS, "paging": {"next": NEXT, "cursors": {"after": "p1"}}}]
    pages += [{"data": [], "paging": {"next": NEXT, "cursors": {"after": "p1"}}}] * times
    answers = iter([*pages, {"data": [{"id": "2"}]}])
    return lambda params: next(answers)


def test_rows_behind_an_empty_page_that_stands_still_are_not_lost() -> None:
    assert list(walk(standing(STANDING), {"limit": 1})) == [ROWS, [{"id": "2"}]]  # type: ignore[arg-type]


def test_one_that_goes_on_standing_still_is_an_error_and_not_an_endless_loop() -> None:
    with pytest.raises(OutcomeUnknown, match="does not advance"):
        list(walk(standing(STANDING + 1), {"limit": 1}))  # type: ignore[arg-type]
