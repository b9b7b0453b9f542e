"""Reading a CSV of offline conversions: `;` or `,`, decimal comma or point, with or without a byte-order mark.

Columns by heading: event_id, time (or event_time), value, currency, campaign_id, adset_id (or ad_set_id), ad_id; the
ids are optional. A time without zone is the account's. A line that can't be read keeps its number and says why.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from intelligence.offline import OfflineRow
from metaads.models import AdAccount

HEADINGS: dict[str, str] = {
    "event_id": "event_id",
    "event": "event_id",
    "order_id": "event_id",
    "time": "time",
    "event_time": "time",
    "date": "time",
    "value": "value",
    "amount": "value",
    "currency": "currency",
    "campaign_id": "campaign_id",
    "adset_id": "ad_set_id",
    "ad_set_id": "ad_set_id",
    "ad_id": "ad_id",
}
MOST_ROWS = 100_000
NEEDED = ("event_id", "time", "value", "currency")
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?|\d{1,3}(?:([.,' ])\d{3})+(?:[.,]\d+)?")


class BadFile(ValueError):
    """The file as a whole can't be read; the text is for the person who sent it."""


def read_file(raw: bytes, account: AdAccount) -> list[OfflineRow]:
    """All lines in order. Raises BadFile for what is no such table."""
    try:
        text = raw.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        raise BadFile("The file is not UTF-8 text. Save it as CSV UTF-8.") from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise BadFile(f"The file can't be read as CSV: {error}.") from None
    if not lines:
        raise BadFile("The file is empty.")
    if len(lines) > MOST_ROWS + 1:
        raise BadFile(f"The file has more than {MOST_ROWS:,} lines. Send it in several parts.")
    names = _headings(lines[0][1])
    return [_row(line, names, cells, account.zone) for line, cells in lines[1:]]


def _headings(cells: Iterable[str]) -> list[str]:
    names = [HEADINGS.get(re.sub(r"[\s_-]+", "_", cell.strip().lower()), "") for cell in cells]
    lacking = [name for name in NEEDED if name not in names]
    if lacking:
        raise BadFile(f"The first line must name the columns; {', '.join(lacking)} lacks.")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise BadFile(f"Two columns are both {', '.join(twice)}.")
    return names


def _row(line: int, names: list[str], cells: list[str], zone: ZoneInfo) -> OfflineRow:
    if len(cells) != len(names):
        return OfflineRow(line, "", problem=f"It has {len(cells)} cells where the first line has {len(names)}.")
    values = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if name}
    try:
        return _read(line, values, zone)
    except ValueError as error:
        return OfflineRow(line, values["event_id"], problem=str(error))


def _read(line: int, values: Mapping[str, str], zone: ZoneInfo) -> OfflineRow:
    return OfflineRow(
        line,
        values["event_id"],
        moment(values["time"], zone),
        number(values["value"]),
        values["currency"],
        _id(values.get("campaign_id", "")),
        _id(values.get("ad_set_id", "")),
        _id(values.get("ad_id", "")),
    )


def _id(text: str) -> str:
    """Meta's ids are digits; spreadsheets turn long ones into 1.2E+17, which is no id any more."""
    if text and not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no id of Meta: ids are digits (a spreadsheet may have rounded it).")
    return text


def moment(text: str, zone: ZoneInfo) -> datetime:
    """ISO 8601, Unix seconds, or 20.11.2026 14:30; without a zone it is the account's. Raises ValueError."""
    if re.fullmatch(r"\d{10}", text):
        return datetime.fromtimestamp(int(text), UTC)
    match = _DATE.fullmatch(text)
    try:
        if match:
            day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
            found = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        else:
            found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no time; write 2026-11-20 14:30 or 20.11.2026 14:30.") from None


def number(text: str) -> Decimal:
    """1234.50, 1234,50, 1.234,50 and 1,234.50; not 1,234, which can be read in two ways. Raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is no amount from 0 on.")
    marks = [one for one in text if one in ".,"]
    if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", text):
        raise ValueError(f"{text!r} can be read in two ways; write it with two decimals, or without a thousands mark.")
    decimal = marks[-1] if marks and (marks.count(marks[-1]) == 1) else ""
    plain = "".join("." if one == decimal else one for one in text if one.isdigit() or one == decimal)
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no amount.") from None
