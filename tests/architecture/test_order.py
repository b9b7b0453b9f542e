"""How workers share the suite: browser tests together, the longest files first, nothing lost on PostgreSQL."""

from types import SimpleNamespace
from typing import Any

from tests import order
from tests.architecture.tree import ROOT


def test_every_name_in_the_order_is_there() -> None:
    assert not [name for name in order.LONGEST if not (ROOT / name).exists()]


def test_browser_tests_stay_together_and_others_by_file() -> None:
    assert order.share("tests/browser/test_goals.py::test_a") == order.share("tests/browser/test_import.py::test_b[x]")
    assert order.share("tests/flows/test_worker.py::test_a[b::c]") == "tests/flows/test_worker.py"


def item(nodeid: str, *marks: str, fixtures: tuple[str, ...] = ()) -> Any:
    return SimpleNamespace(
        nodeid=nodeid, get_closest_marker=lambda name: name if name in marks else None, fixturenames=fixtures
    )


def test_the_longest_begin_and_tests_of_a_file_keep_their_order() -> None:
    ids = ["tests/a.py::z", "tests/b.py::1", "tests/flows/test_worker.py::2", "tests/flows/test_worker.py::1"]
    ids += ["tests/a.py::b", "tests/browser/test_goals.py::1", "tests/flows/test_new.py::1"]
    items = [item(nodeid) for nodeid in ids]
    order.sort(items)
    assert [one.nodeid for one in items] == [ids[5], ids[2], ids[3], ids[6], ids[0], ids[4], ids[1]]


POSTGRES = "django.db.backends.postgresql"


def test_what_needs_postgresql_is_left_out_elsewhere_and_never_there() -> None:
    plain, special = item("tests/a.py::1"), item("tests/a.py::2", "postgres")
    assert order.left_out([plain, special], "django.db.backends.sqlite3", again=False) == [special]
    assert order.left_out([plain, special], POSTGRES, again=False) == []


def test_only_what_computes_and_the_demo_on_its_own_sqlite_are_not_run_a_second_time() -> None:
    computes = item("tests/optimization/optimizer/test_plan.py::1", fixtures=("monkeypatch",))
    kept = [
        item("tests/a.py::1", fixtures=("db",)),
        item("tests/a.py::2", "django_db"),
        item("tests/a.py::3", fixtures=("transactional_db", "account")),
        item("tests/a.py::4", "processes"),
        item("tests/a.py::5", "postgres"),
        item("tests/config/test_settings.py::1"),
    ]
    demo = item("tests/browser/test_goals.py::1", "browser")
    assert order.left_out([computes, *kept, demo], POSTGRES, again=True) == [computes, demo]
    assert order.left_out([computes, *kept], POSTGRES, again=False) == []
