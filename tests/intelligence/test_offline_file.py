"""The CSV of offline conversions: delimiters, decimal commas, times, damaged lines."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from intelligence.offline_file import BadFile, number, read_file
from metaads.models import AdAccount
from tests.factories.metaads import AdAccountFactory

HEAD = "event_id;time;value;currency;campaign_id;adset_id;ad_id"


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    return account


def test_semicolons_decimal_commas_and_local_times(account: AdAccount) -> None:
    (row,) = read_file(f"\ufeff{HEAD}\r\no-1;20.11.2026 14:30;1.234,50;EUR;21;;\r\n".encode(), account)
    assert (row.line, row.event_id, row.value, row.campaign_id) == (2, "o-1", Decimal("1234.50"), "21")
    assert row.at == datetime(2026, 11, 20, 13, 30, tzinfo=UTC)


def test_commas_points_zones_and_other_headings(account: AdAccount) -> None:
    raw = b'Order ID,Event Time,Amount,Currency,Ad ID,Shop\na,2026-11-20T14:30:00Z,"1,234.50",EUR,41,Berlin\n'
    (row,) = read_file(raw, account)
    assert (row.event_id, row.value, row.ad_id, row.campaign_id) == ("a", Decimal("1234.50"), "41", "")
    assert row.at == datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


def test_a_quoted_line_break_does_not_shift_the_line_numbers(account: AdAccount) -> None:
    raw = f'{HEAD};note\no-1;2026-11-20;1;EUR;;;;"two\nlines"\no-2;never;1;EUR;;;;\n'.encode()
    assert [(row.line, bool(row.problem)) for row in read_file(raw, account)] == [(3, False), (4, True)]


@pytest.mark.parametrize(
    "line",
    [
        "o-1;2026-11-20;1;EUR",
        "o-1;yesterday;1;EUR;;;",
        "o-1;31.02.2026;1;EUR;;;",
        "o-1;2026-11-20;-1;EUR;;;",
        "o-1;2026-11-20;ten;EUR;;;",
        "o-1;2026-11-20;1,234;EUR;;;",
        "o-1;2026-11-20;1;EUR;1.2E+17;;",
        "o-1;2026-11-20;;EUR;;;",
    ],
)
def test_a_damaged_line_says_why_and_the_others_are_read(account: AdAccount, line: str) -> None:
    rows = read_file(f"{HEAD}\n{line}\no-2;2026-11-20;5,00;EUR;;;\n".encode(), account)
    assert rows[0].problem
    assert (rows[1].problem, rows[1].value) == ("", Decimal(5))


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe", b"a;b\n1;2\n", b"event_id;time;value;currency;amount\n"],
)
def test_what_is_no_such_table_is_refused_as_a_whole(account: AdAccount, raw: bytes) -> None:
    with pytest.raises(BadFile):
        read_file(raw, account)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0", "0"),
        ("12.5", "12.5"),
        ("12,50", "12.50"),
        ("1.234.567", "1234567"),
        ("0,125", "0.125"),
        ("1 234,5", "1234.5"),
    ],
)
def test_amounts_as_people_write_them(text: str, wanted: str) -> None:
    assert number(text) == Decimal(wanted)
