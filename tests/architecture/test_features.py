"""The list of demands is checked by a script, and the script can fail."""

import pytest

from docs.check_features import PAGE, check, rows
from tests.architecture.tree import ROOT

GOOD = "| 00.1 | A demand | done | `manage.py` | `tests/conftest.py` | |"


def test_the_page_passes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert check(text) == []
    assert len(list(rows(text))) > 200


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("| 00.1 | A demand | finished | `manage.py` | `tests/conftest.py` | |", "none of"),
        ("| 00.1 | A demand | done | `manage.py` | | |", "a place and a test"),
        ("| 00.1 | A demand | done | `nowhere.py` | `tests/conftest.py` | |", "nowhere.py does not exist"),
        ("| 00.1 | A demand | done | `manage.py` | `tests/conftest.py::test_nothing` | |", "does not exist"),
        ("| 00.1 | A demand | partly | `manage.py` | | |", "what is missing"),
        ("| 00.1 | A demand | done | `manage.py` | `tests/conftest.py` | half of it |", "that is partly"),
        ("| 00.1 | A demand | not yet | `manage.py` | | |", "not yet, but"),
        ("| 77.1 | A demand | not yet | | | |", "no part"),
        (f"{GOOD}\n{GOOD}", "stands 2 times"),
    ],
)
def test_a_wrong_row_is_found(line: str, problem: str) -> None:
    assert any(problem in found for found in check(line)), check(line)


def test_a_right_row_is_accepted() -> None:
    assert not [found for found in check(GOOD) if "00.1" in found]


def test_the_script_lies_where_lint_looks() -> None:
    assert "docs/check_features.py" in (ROOT / "Makefile").read_text()
