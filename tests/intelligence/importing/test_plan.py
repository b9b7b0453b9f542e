"""A plan shows what a file says before anything is stored."""

from datetime import date
from decimal import Decimal

import pytest

from intelligence.importing.headings import Kind
from intelligence.importing.table import Unreadable
from tests.intelligence.importing.conftest import HEADINGS, csv_of, good_rows, planned


def test_columns_are_mapped_by_their_headings() -> None:
    plan = planned(csv_of([HEADINGS, *good_rows()]))
    targets = [(held.kind, held.target) for held in plan.layout.meanings]
    assert targets == [
        (Kind.NAME, "campaign"), (Kind.NAME, "adset"), (Kind.DAY, "day"), (Kind.COUNT, "impressions"),
        (Kind.COUNT, "reach"), (Kind.COUNT, "clicks"), (Kind.COUNT, "inline_link_clicks"),
        (Kind.COUNT, "actions.omni_purchase"), (Kind.MONEY, "action_values.omni_purchase"), (Kind.MONEY, "spend"),
        (Kind.RATIO, "cpm"),
    ]  # fmt: skip
    assert (plan.layout.level, plan.layout.currency, plan.questions) == ("adset", "EUR", ())


def test_totals_are_those_of_the_file() -> None:
    rows = good_rows()
    plan = planned(csv_of([HEADINGS, *rows]))
    totals = {total.metric: total.value for total in plan.totals}
    assert totals["impressions"] == sum(int(row[3]) for row in rows)
    assert totals["spend"] == sum(Decimal(row[9]) for row in rows)
    assert (len(plan.accepted), plan.refused, plan.entities, plan.daily) == (30, (), 2, True)
    assert plan.days == (date(2026, 10, 1), date(2026, 10, 15))


@pytest.mark.parametrize(
    ("heading", "cell", "reason"),
    [
        ("Impressions", "many", "Impressions: 'many' is no number."),
        ("Impressions", "8000.5", "Impressions: 8000.5 is not a whole number."),
        ("Impressions", "-3", "Impressions: -3 is negative."),
        ("Clicks (all)", "99999", "99,999 clicks in 8,685 impressions."),
        ("Reach", "99999", "99,999 people reached in 8,685 impressions."),
        ("Link clicks", "5000", "5,000 link clicks among 95 clicks."),
        ("Day", "yesterday", "Day: 'yesterday' is no date."),
        ("Day", "2031-01-01", "2031-01-01 can't be a day of this account's past."),
        ("Day", "", "Day: no date (a totals row?)."),
        ("Amount spent (EUR)", "", "8,685 impressions and no amount spent."),
        ("Ad set name", "", "Ad set name: empty (a totals row?)."),
        ("CPM (cost per 1,000 impressions)", "51.00", "CPM is 51.00, but amount spent and impressions give 5.181."),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_with_the_reason(heading: str, cell: str, reason: str) -> None:
    rows = good_rows()
    rows[5][HEADINGS.index(heading)] = cell
    plan = planned(csv_of([HEADINGS, *rows]))
    assert [(refusal.line, refusal.reason) for refusal in plan.refused] == [(7, reason)]
    assert len(plan.accepted) == 29


def test_a_row_with_a_cell_too_many_or_too_few_is_refused() -> None:
    rows = good_rows()
    rows[3].insert(4, "7")
    rows[8].pop(4)
    plan = planned(csv_of([HEADINGS, *rows]))
    too_many, too_few = plan.refused
    assert (too_many.line, too_few.line) == (5, 10)
    assert "12 cells under 11 headings." in too_many.reason
    assert "Only 10 cells under 11 headings." in too_few.reason


def test_the_same_object_and_day_twice_counts_once() -> None:
    rows = good_rows()
    plan = planned(csv_of([HEADINGS, *rows, rows[4]]))
    assert [(r.line, r.reason) for r in plan.refused] == [(32, "The same object and day as in a row above.")]


def test_an_empty_count_beside_impressions_is_none_and_without_them_unknown() -> None:
    rows = good_rows()
    purchases = HEADINGS.index("Purchases")
    rows[5][purchases] = ""
    rows[6] = [*rows[6][:3], "", "", "", "", "", "", "12.00", ""]
    plan = planned(csv_of([HEADINGS, *rows]))
    values = {figures.line: figures.values for figures in plan.accepted}
    assert values[7]["actions.omni_purchase"] == 0
    assert values[8]["actions.omni_purchase"] is None
    assert {t.metric: t.unknown for t in plan.totals}["impressions"] == 1


def test_what_the_file_does_not_tell_is_asked() -> None:
    headings = [h.replace(" (EUR)", "") for h in HEADINGS]
    rows = [[*row[:2], "03/04/2026", *row[3:]] for row in good_rows(2)]
    plan = planned(csv_of([headings, *rows]))
    assert [question.field for question in plan.questions] == ["dates", "currency"]
    assert not plan.ready
    answered = planned(csv_of([headings, *rows]), dates="month", currency="usd")
    assert (answered.ready, answered.days) == (True, (date(2026, 3, 4), date(2026, 3, 4)))


def test_rows_in_another_currency_are_refused() -> None:
    rows = [[*row, "EUR"] for row in good_rows()]
    rows[2][-1] = "USD"
    plan = planned(csv_of([[*HEADINGS, "Currency"], *rows]))
    assert [(r.line, r.reason) for r in plan.refused] == [(4, "Currency: USD, but the account is in EUR.")]


def test_a_column_is_read_as_a_person_says() -> None:
    headings = ["Things sold" if h == "Purchases" else h for h in HEADINGS]
    data = csv_of([headings, *good_rows()])
    assert "actions.omni_purchase" not in {t.metric for t in planned(data).totals}
    told = planned(data, columns={"Things sold": "actions.omni_purchase", "Reach": ""})
    names = {t.metric for t in told.totals}
    assert "actions.omni_purchase" in names
    assert "reach" not in names


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04\0\0\0\0", "This is not a text file."),
        (b"Impressions\n5\n", "a single column"),
        (b"Colour,Size\nred,5\n", "No column with figures was recognised among: Colour, Size."),
        (b"Day,Impressions,Displays,Spend\n2026-10-01,5,5,1\n", "'Impressions' and 'Displays' mean the same"),
    ],
)
def test_a_file_that_is_no_export_is_refused_as_a_whole(data: bytes, text: str) -> None:
    with pytest.raises(Unreadable, match=text.replace("(", r"\(")):
        planned(data)


@pytest.mark.parametrize(("encoding", "separator"), [("utf-8-sig", ","), ("utf-16", "\t"), ("cp1252", ";")])
def test_encodings_and_separators_of_usual_programs_are_read(encoding: str, separator: str) -> None:
    rows = [["Küche" if cell == "Autumn" else cell for cell in row] for row in good_rows()]
    data = csv_of([HEADINGS, *rows], separator).decode().encode(encoding)
    plan = planned(data)
    assert len(plan.accepted) == 30
    assert plan.accepted[0].path[0].name == "Küche"


def test_german_numbers_and_dates_are_read() -> None:
    rows = [[*r[:2], f"{i // 2 + 1}.10.2026", f"{int(r[3]):,}".replace(",", "."), *r[4:8],
             r[8].replace(".", ","), r[9].replace(".", ","), r[10].replace(".", ",")]
            for i, r in enumerate(good_rows())]  # fmt: skip
    german = planned(csv_of([HEADINGS, *rows], ";"))
    plain = planned(csv_of([HEADINGS, *good_rows()]))
    assert [t.value for t in german.totals] == [t.value for t in plain.totals]
    assert german.days == plain.days
