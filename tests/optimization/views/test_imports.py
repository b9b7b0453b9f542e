"""Importing in the browser: looked at first, asked where the file is silent, stored on a yes, refused rows listed."""

import re

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from intelligence.models import Reading
from metaads.models import AdAccount, Membership
from optimization.models import ExportFile, LedgerEvent
from tests.intelligence.importing.conftest import HEADINGS, csv_of, good_rows
from tests.optimization.views.conftest import signed_in


def uploaded(page: Client, data: bytes, name: str = "past.csv") -> str:
    """The address of the preview."""
    answer = page.post("/imports/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_a_file_is_shown_before_anything_is_stored(page: Client) -> None:
    rows = good_rows()
    rows[4][3] = "many"
    text = page.get(uploaded(page, csv_of([HEADINGS, *rows]))).content.decode()
    assert "29 of 30 rows can be stored" in text
    assert "Impressions: &#x27;many&#x27; is no number." in text
    assert not AdAccount.objects.filter(read_only=True).exists()
    assert not Reading.objects.exists()


def test_a_yes_stores_it_in_an_account_of_its_own(page: Client, manager: User) -> None:
    url = uploaded(page, csv_of([HEADINGS, *good_rows()]))
    answer = page.post(f"{url}keep/", {"name": "My past", "timezone": "Europe/Berlin"})
    account = AdAccount.objects.get(read_only=True)
    assert answer["Location"] == f"/campaigns/?account={account.pk}&window=7d"
    assert (account.name, account.currency, account.timezone_name) == ("My past", "EUR", "Europe/Berlin")
    assert Membership.objects.get(account=account).user == manager
    event = LedgerEvent.objects.get(kind="export_imported")
    assert (event.payload["rows"], event.payload["totals"]["spend"]) == (30, "1635.00")
    listed = page.get(answer["Location"]).content.decode()
    assert "Autumn" in listed


def test_it_is_stored_once(page: Client) -> None:
    url = uploaded(page, csv_of([HEADINGS, *good_rows()]))
    for _ in range(2):
        page.post(f"{url}keep/", {"name": "My past", "timezone": "UTC"})
    assert AdAccount.objects.filter(read_only=True).count() == 1
    assert "rows of this file are in My past" in page.get(url).content.decode()


def test_what_the_file_does_not_tell_is_asked_and_remembered(page: Client) -> None:
    headings = [h.replace(" (EUR)", "") for h in HEADINGS]
    url = uploaded(page, csv_of([headings, *good_rows()]))
    text = page.get(url).content.decode()
    assert "The file does not name its currency" in text
    assert "Store 30 rows" not in text
    assert page.post(url, {"currency": "sek"}).status_code == 302
    assert "Store 30 rows" in page.get(url).content.decode()


def test_a_column_is_read_otherwise(page: Client) -> None:
    url = uploaded(page, csv_of([HEADINGS, *good_rows()]))
    page.post(url, {"heading": ["Reach"], "was": ["reach"], "target": [""]})
    assert ExportFile.objects.get().answers["columns"] == {"Reach": ""}
    page.post(url, {"told_heading": ["Reach"], "told_target": [""], "currency": "EUR"})
    assert ExportFile.objects.get().answers["columns"] == {"Reach": ""}


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ({"name": "", "timezone": "UTC"}, "give the account a name"),
        ({"name": "x", "timezone": "Mars/Olympus"}, "is no time zone"),
    ],
)
def test_a_name_or_zone_that_cannot_be_is_told(page: Client, place: dict[str, str], reason: str) -> None:
    url = uploaded(page, csv_of([HEADINGS, *good_rows()]))
    assert reason in page.post(f"{url}keep/", place, follow=True).content.decode()
    assert not AdAccount.objects.filter(read_only=True).exists()


def test_a_file_that_is_no_table_says_so(page: Client) -> None:
    answer = page.post("/imports/", {"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04\0\0\0")})
    assert answer.status_code == 422
    assert "This is not a text file" in answer.content.decode()
    assert not ExportFile.objects.exists()


def test_refused_rows_are_a_file(page: Client) -> None:
    rows = good_rows()
    rows[4][3] = "many"
    url = uploaded(page, csv_of([HEADINGS, *rows]))
    lines = page.get(f"{url}?csv=refused").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Line,Why it can't be right,The row"
    assert lines[1].startswith("6,Impressions: 'many' is no number.,")


def test_another_ones_file_is_not_found_and_a_viewer_imports_nothing(page: Client, viewer: User) -> None:
    url = uploaded(page, csv_of([HEADINGS, *good_rows()]))
    other = signed_in(viewer)
    assert other.get("/imports/").status_code == 403
    viewer.memberships.update(role="manager")
    assert other.get(url).status_code == 404
    assert other.post(f"{url}keep/", {"name": "x"}).status_code == 404


def test_a_discarded_file_is_forgotten(page: Client) -> None:
    url = uploaded(page, csv_of([HEADINGS, *good_rows()]))
    page.post(f"{url}discard/")
    assert not ExportFile.objects.exists()


def test_sales_are_uploaded_with_what_became_of_each_line(page: Client, euro: AdAccount) -> None:
    lines = b"event_id;time;value;currency\no-1;2026-11-01 10:00;12,50;EUR\no-2;2026-11-01 10:00;5,00;USD\n"
    file = SimpleUploadedFile("sales.csv", lines)
    text = page.post("/imports/offline/", {"offline-account": euro.pk, "offline-file": file}).content.decode()
    assert re.search(r"1 sale stored in Northwind", text)
    assert "USD" in text
    assert euro.offline_conversions.count() == 1
