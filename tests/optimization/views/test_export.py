"""Every table leaves as CSV, and no spreadsheet runs what somebody typed into a name."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from metaads.models import AdAccount
from optimization.models import Status
from optimization.views import table
from optimization.views.export import csv_answer, csv_text, defused
from optimization.views.table import Cell, Head, Table
from tests.factories.metaads import MembershipFactory
from tests.optimization.views.conftest import MakeAction


def read(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=cmd|' /C calc'!A0", "  =1+1", '=HYPERLINK("http://x")']
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Sale", "a=b", "Summer - sale", "10 %", "", "'=x", "né", "–"])
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert defused(text) == text


@given(st.text())
def test_no_text_leaves_as_a_formula(text: str) -> None:
    made = Table("t", "T", [Head("Name")], [[Cell(text, text)]])
    rows = list(csv.reader(StringIO(csv_text(made), newline="")))
    assert not rows[1:] or not rows[1][0].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_numbers_stay_numbers_and_unknown_is_empty() -> None:
    row = [
        table.money(-12.5, "EUR"),
        table.count(3),
        table.percent(None),
        Cell("x", Decimal("0.10")),
        table.moment(datetime(2026, 11, 20, 12, tzinfo=UTC), None),
    ]
    heads = [Head("Money", csv="Money (EUR)"), Head("n"), Head("p"), Head("d"), Head("t")]
    rows = read(csv_text(Table("t", "T", heads, [row])))
    assert rows == [["Money (EUR)", "n", "p", "d", "t"], ["-12.5", "3", "", "0.10", "2026-11-20T12:00:00+00:00"]]


def test_pictures_and_sums_are_left_out() -> None:
    heads = [Head("a"), Head("Trend"), Head("b")]
    made = Table(
        "t",
        "T",
        heads,
        [[Cell("1", 1), Cell("", picture="<svg>"), Cell("2", 2)]],
        foot=[[Cell("9", 9)] * 3],
        pictures=frozenset({1}),
    )
    assert read(csv_text(made)) == [["a", "b"], ["1", "2"]]


def test_the_file_names_itself_safely_and_is_marked_as_utf8() -> None:
    answer = csv_answer(Table("campaigns", "C", [Head("a")], []), 'Ünder "quotes"\r\nX: y')
    assert answer["Content-Disposition"] == 'attachment; filename="campaigns-under-quotes-x-y.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")


ROWS = [[Cell("b", "b"), table.count(2)], [Cell("A", "A"), table.unknown()], [Cell("c", "c"), table.count(10)]]
TABLE = Table("t", "T", [Head("Name"), Head("n", num=True)], ROWS)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("t.0", ["A", "b", "c"]),
        ("t.-0", ["c", "b", "A"]),
        ("t.1", ["b", "c", "A"]),
        ("t.-1", ["c", "b", "A"]),
        ("other.0", ["b", "A", "c"]),
        ("t.9", ["b", "A", "c"]),
        ("t.x", ["b", "A", "c"]),
        ("", ["b", "A", "c"]),
    ],
)
def test_small_tables_sort_with_the_unknown_last(order: str, names: list[str]) -> None:
    made = table.ordered(TABLE, QueryDict(f"order={order}"))
    assert [row[0].text for row in made.rows] == names


def test_a_sorted_head_says_so_and_links_to_the_other_way() -> None:
    made = table.ordered(TABLE, QueryDict("order=t.-1&tab=x"))
    assert [head.sort for head in made.heads] == ["none", "descending"]
    assert "order=t.1" in made.heads[1].href
    assert "tab=x" in made.heads[0].href


def test_a_long_table_is_cut_on_the_page_and_whole_in_the_file() -> None:
    many = Table("t", "T", [Head("n")], [[table.count(i)] for i in range(130)])
    assert len(table.ordered(many, QueryDict()).rows) == 100
    assert table.ordered(many, QueryDict()).more == 30
    assert len(read(csv_text(many))) == 131


def rows_of(client: Client, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer["Content-Type"].startswith("text/csv"), path
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_the_queue_leaves_as_a_file_with_its_filters(page: Client, euro: AdAccount, make_action: MakeAction) -> None:
    waiting = make_action(euro, entity_name="=evil()", reason="+1 too many")
    make_action(euro, status=Status.EXECUTED)
    rows = rows_of(page, "/actions/?csv=actions")
    assert [row["Action id"] for row in rows] == [str(waiting.public_id)]
    row = rows[0]
    assert (row["Name"], row["Reason"]) == ("'=evil()", "'+1 too many")
    assert (row["Before"], row["Final"], row["At stake"], row["Currency"]) == ("120.00", "84.00", "36.00", "EUR")
    assert len(rows_of(page, "/actions/?show=history&csv=actions")) == 2
    assert rows_of(page, "/actions/?kind=pause&csv=actions") == []
    assert "csv=actions" in page.get("/actions/?kind=pause").content.decode()


def test_no_file_holds_another_accounts_actions(
    page: Client, euro: AdAccount, yen: AdAccount, make_action: MakeAction
) -> None:
    theirs = make_action(yen)
    assert rows_of(page, "/actions/?show=history&csv=actions") == []
    assert page.get(f"/actions/{theirs.public_id}/?csv=evidence").status_code == 404


def test_the_dashboards_and_the_cases_tables_are_files(
    page: Client, euro: AdAccount, yen: AdAccount, manager: User, make_action: MakeAction
) -> None:
    action = make_action(euro)
    assert len(rows_of(page, "/?csv=trend&days=14")) == 14
    assert next(iter(rows_of(page, f"/actions/{action.public_id}/?csv=evidence")[0])) == "Day"
    MembershipFactory.create(user=manager, account=yen)
    rows = rows_of(page, "/?account=all&csv=accounts")
    assert {row["Account"]: row["Currency"] for row in rows} == {"Northwind": "EUR", "Kanto": "JPY"}
    assert {row["Account"]: row["Spend today"] for row in rows}["Kanto"] == "", "never read, so not known"
