"""What a file does not say is unknown, never zero; what it says twice counts once; what it lacks is not invented."""

from collections.abc import Sequence
from datetime import date

import pytest

from intelligence.importing.store import keep_plan
from intelligence.importing.table import MAX_COLUMNS, Unreadable, read_table
from intelligence.metrics import catalog
from intelligence.metrics.table import build_frame
from intelligence.models import Freshness
from intelligence.reports import totals_between
from metaads.clock import business_now
from metaads.models import AdAccount, Campaign
from tests.factories.metaads import AdAccountFactory
from tests.intelligence.importing.conftest import HEADINGS, NOW, csv_of, good_rows, planned

SHORT = ("Campaign name", "Day", "Impressions", "Amount spent (EUR)")


def days(name: str, first: int, last: int, spend: int = 10) -> list[list[str]]:
    return [[name, f"2026-10-{n:02d}", "1000", f"{spend}.00"] for n in range(first, last + 1)]


def stored(account: AdAccount, rows: Sequence[Sequence[object]], headings: Sequence[str] = SHORT) -> None:
    keep_plan(planned(csv_of([headings, *rows])), account, NOW)


def figure(account: AdAccount, name: str, campaign: str) -> float:
    frame = build_frame(account, "campaign", business_now(account))
    place = frame.row(Campaign.objects.get(account=account, name=campaign).meta_id)
    assert place is not None
    return float(catalog.column(frame, catalog.resolve(name))[place])


def of_day(account: AdAccount, campaign: str, day: int, name: str = "spend") -> float | None:
    meta_id = Campaign.objects.get(account=account, name=campaign).meta_id
    on = date(2026, 10, day)
    return totals_between(account, "campaign", meta_id, (on, on), business_now(account))[name]


def test_the_day_of_a_refused_row_is_unknown_for_its_object_alone(account: AdAccount) -> None:
    rows = [*days("A", 1, 9), *days("B", 1, 9)]
    rows[4][2] = "many"
    stored(account, rows)
    assert (of_day(account, "A", 5), of_day(account, "A", 6), of_day(account, "B", 5)) == (None, 10.0, 10.0)
    assert figure(account, "spend_lifetime", "A") != figure(account, "spend_lifetime", "A"), "unknown"
    assert figure(account, "spend_lifetime", "B") == 90.0


def test_where_nobody_can_tell_what_a_refused_row_was_about_missing_rows_are_unknown(account: AdAccount) -> None:
    rows = [*days("A", 1, 9), *days("B", 1, 8)]
    rows[4][1] = "who knows"
    stored(account, rows)
    assert (of_day(account, "A", 5), of_day(account, "B", 5), of_day(account, "B", 9)) == (None, 10.0, None)


def test_an_object_without_a_row_in_a_whole_file_delivered_nothing(account: AdAccount) -> None:
    stored(account, [*days("A", 1, 9), *days("B", 1, 8)])
    assert (of_day(account, "B", 9), figure(account, "spend_lifetime", "B")) == (0.0, 80.0)


def test_purchases_that_have_no_column_are_unknown_where_purchases_are_what_counts(account: AdAccount) -> None:
    account.conversion_action_type = "omni_purchase"
    account.save()
    rows = [[*row, "3"] for row in days("A", 1, 9)]
    stored(account, rows, (*SHORT, "Leads"))
    assert figure(account, "conversions_7d", "A") != figure(account, "conversions_7d", "A")
    assert (of_day(account, "A", 3, "conversions"), figure(account, "actions.lead_lifetime", "A")) == (None, 27.0)


def test_an_empty_reach_beside_impressions_is_unknown() -> None:
    rows = good_rows()
    rows[5][HEADINGS.index("Reach")] = ""
    assert {f.line: f.values for f in planned(csv_of([HEADINGS, *rows])).accepted}[7]["reach"] is None


def test_no_purchase_has_no_value_and_a_purchase_without_one_an_unknown_value() -> None:
    rows = good_rows()
    bought, value = HEADINGS.index("Purchases"), HEADINGS.index("Purchases conversion value")
    rows[5][bought], rows[5][value] = "", ""
    rows[6][bought], rows[6][value] = "2", ""
    values = {f.line: f.values for f in planned(csv_of([HEADINGS, *rows])).accepted}
    name = "action_values.omni_purchase"
    assert [values[7][name], values[8][name]] == [0, None]


@pytest.mark.parametrize("at", [0, 9])
@pytest.mark.parametrize("word", ["", "Total", "Results from 9 campaigns"])
def test_a_row_of_totals_counts_nothing(account: AdAccount, at: int, word: str) -> None:
    rows = days("A", 1, 9)
    rows.insert(at, [word, "2026-10-01" if word else "", "9000", "90.00"])
    stored(account, rows)
    assert figure(account, "spend_lifetime", "A") == 90.0


def test_a_sum_of_the_whole_time_among_days_of_an_account_counts_nothing() -> None:
    headings = ("Reporting starts", "Reporting ends", "Impressions", "Amount spent (EUR)")
    rows = [[f"2026-10-{n:02d}", f"2026-10-{n:02d}", "1000", "10.00"] for n in range(1, 10)]
    plan = planned(csv_of([headings, ["2026-10-01", "2026-10-09", "9000", "90.00"], *rows]))
    assert [refusal.line for refusal in plan.refused] == [2]
    assert (plan.daily, {t.metric: int(t.value) for t in plan.totals}["spend"]) == (True, 90)


def test_weeks_are_one_sum_without_days(account: AdAccount) -> None:
    headings = ("Campaign name", "Reporting starts", "Reporting ends", "Impressions", "Amount spent (EUR)")
    rows = [["A", f"2026-10-{n:02d}", f"2026-10-{n + 6:02d}", "1000", "10.00"] for n in (1, 8, 15)]
    stored(account, rows, headings)
    assert figure(account, "spend_lifetime", "A") == 30.0
    assert figure(account, "spend_7d", "A") != figure(account, "spend_7d", "A")


def test_breakdowns_of_the_same_object_are_summed(account: AdAccount) -> None:
    rows = [[*row, age] for row in days("A", 1, 3) for age in ("18-24", "25-34")]
    stored(account, rows, (*SHORT, "Age"))
    assert (of_day(account, "A", 2), figure(account, "spend_lifetime", "A")) == (20.0, 60.0)


def test_a_later_file_adds_its_days(account: AdAccount) -> None:
    stored(account, days("A", 10, 19))
    stored(account, days("A", 1, 9))
    assert (of_day(account, "A", 3), of_day(account, "A", 12), figure(account, "spend_lifetime", "A")) == (10, 10, 190)
    assert business_now(account).date() == date(2026, 10, 19)
    assert Freshness.objects.get(account=account, level="campaign").history_from == date(2026, 10, 1)


def test_days_between_two_files_are_unknown(account: AdAccount) -> None:
    stored(account, days("A", 1, 9))
    stored(account, days("A", 15, 19))
    assert of_day(account, "A", 12) is None


@pytest.mark.parametrize(
    ("rows", "headings", "reason"),
    [
        (days("B", 5, 12), SHORT, "other objects on the same days"),
        ([["A", *row] for row in days("Set", 10, 12)], (SHORT[0], "Ad set name", *SHORT[1:]), "another level"),
        ([["A", "9000", "90.00"]], (SHORT[0], *SHORT[2:]), "can't be joined"),
    ],
)  # fmt: skip
def test_a_file_that_would_replace_what_another_said_is_refused(
    account: AdAccount, rows: list[list[str]], headings: tuple[str, ...], reason: str
) -> None:
    stored(account, days("A", 1, 9))
    with pytest.raises(ValueError, match=reason):
        stored(account, rows, headings)
    assert figure(account, "spend_lifetime", "A") == 90.0


def test_an_account_at_meta_that_is_read_only_takes_no_file(db: None) -> None:
    with pytest.raises(ValueError, match="is watched at Meta"):
        stored(AdAccountFactory.create(read_only=True, currency="EUR"), days("A", 1, 9))


@pytest.mark.parametrize("cell", ["1e400", "1E-400", "9" * 5000, "1e99999999999999999999", "0." + "0" * 400 + "1", "²"])
def test_absurd_numbers_are_refused_as_such(cell: str) -> None:
    rows = good_rows()
    rows[5][HEADINGS.index("Impressions")] = cell
    assert [refusal.line for refusal in planned(csv_of([HEADINGS, *rows])).refused] == [7]


@pytest.mark.parametrize("space", ["\u2009", "\u202f", "\u00a0", "'", "\u2019"])
def test_thousands_are_told_by_any_usual_space(space: str) -> None:
    rows = [[*row[:2], f"1{space}234", "1 234,50"] for row in days("A", 1, 9)]
    totals = {t.metric: t.value for t in planned(csv_of([SHORT, *rows], ";")).totals}
    assert [float(totals["impressions"]), float(totals["spend"])] == [9 * 1234, 9 * 1234.5]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'"' + b"x" * 200_000 + b'",b\n1,2\n', "not valid CSV"),
        (b'Day,Impressions\n2026-10-01,"' + b"x" * 200_000 + b'"\n', "not valid CSV"),
        (b"a," * (MAX_COLUMNS + 1) + b"b\n", "columns"),
        (b"Day,Impressions\n" + b"2026-10-01,1\n" * 50, "more than 40 rows"),
    ],
)
def test_a_file_made_to_hurt_is_refused_as_a_whole(data: bytes, text: str) -> None:
    with pytest.raises(Unreadable, match=text):
        read_table(data, most_rows=40)


def test_bytes_that_no_database_stores_are_left_out() -> None:
    data = csv_of([SHORT, *days("A", 1, 20), *days("AxB", 21, 22)]).replace(b"x", b"\0")
    assert planned(data).accepted[-1].path[0].name == "AB"


def test_an_id_is_one_however_many_noughts_it_has() -> None:
    rows = [[f"00{row[0]}", *row[1:]] for row in days("77", 1, 9)]
    plan = planned(csv_of([("Campaign ID", *SHORT[1:]), *rows]))
    assert {figures.path[0].meta_id for figures in plan.accepted} == {"77"}
