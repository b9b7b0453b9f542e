"""`import_insights`: shows first, keeps on --keep."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from metaads.models import AdAccount
from optimization.models import ExportFile, LedgerEvent
from tests.intelligence.importing.conftest import HEADINGS, csv_of, good_rows


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "autumn.csv"
    path.write_bytes(csv_of([HEADINGS, *good_rows()]))
    return path


def run(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_insights", str(path), *options, stdout=out, stderr=out)
    return out.getvalue()


def test_without_keep_it_only_shows(db: None, export: Path) -> None:
    text = run(export)
    assert "Amount spent (EUR) -> spend" in text
    assert "30 rows of 2 adsets, 2026-10-01 to 2026-10-15." in text
    assert "spend: 1,635.00" in text
    assert not AdAccount.objects.exists()
    assert not ExportFile.objects.exists()


def test_with_keep_the_account_is_there(db: None, export: Path) -> None:
    text = run(export, "--keep", "--name", "My past", "--timezone", "Europe/Berlin")
    account = AdAccount.objects.get()
    assert f"Kept 30 rows, 2026-10-01 to 2026-10-15, in My past ({account.meta_id})." in text
    assert LedgerEvent.objects.get(kind="export_imported").actor == "operator"


def test_an_open_question_names_its_option(db: None, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(csv_of([[h.replace(" (EUR)", "") for h in HEADINGS], *good_rows()]))
    with pytest.raises(CommandError, match="--currency: The file does not name its currency"):
        run(path, "--keep")
    assert "Kept 30 rows" in run(path, "--keep", "--currency", "EUR")


def test_refused_rows_fail_the_command_and_the_rest_is_kept(db: None, tmp_path: Path) -> None:
    rows = good_rows()
    rows[2][3] = "8.5"
    path = tmp_path / "x.csv"
    path.write_bytes(csv_of([HEADINGS, *rows]))
    with pytest.raises(CommandError, match="1 rows were refused"):
        run(path, "--keep")
    assert AdAccount.objects.count() == 1
