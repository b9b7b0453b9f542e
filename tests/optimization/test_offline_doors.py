"""The doors of offline conversions: their events, their command, and taking an upload back."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from intelligence.models import OfflineConversion, OfflineUpload
from metaads.models import AdAccount
from optimization.ledger import verify
from optimization.models import LedgerEvent
from optimization.offline_doors import remove_offline
from tests.factories.metaads import CampaignFactory

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = "event_id,time,value,currency,campaign_id"

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = CampaignFactory.create(meta_id="21").account
    return account


def run(account: AdAccount, path: Path) -> str:
    out = StringIO()
    call_command(
        "import_offline", str(path), account=account.meta_id, now=NOW.isoformat(), stdout=out, stderr=StringIO()
    )
    return out.getvalue()


def test_a_file_is_imported_with_one_event(account: AdAccount, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(f"{HEAD}\na,2026-11-19,10.50,EUR,21\nb,2026-11-19,5.25,EUR,99\n")
    assert "2 accepted (15.7500 EUR)" in run(account, path)
    event = LedgerEvent.objects.get(kind="offline_imported")
    assert (event.account_id, event.payload["accepted"], event.payload["unassigned"]) == (account.pk, 2, 1)
    assert "0 accepted" in run(account, path)
    assert verify() == []


def test_a_refused_line_makes_the_command_fail_and_the_rest_stays(account: AdAccount, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(f"{HEAD}\na,2026-11-19,10.50,USD,21\nb,2026-11-19,5.25,EUR,21\n")
    with pytest.raises(CommandError, match="1 lines were refused"):
        run(account, path)
    assert OfflineConversion.objects.get().event_id == "b"


def test_a_file_that_is_no_table_is_said_so(account: AdAccount, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("hello")
    with pytest.raises(CommandError, match="event_id, time, value, currency lacks"):
        run(account, tmp_path / "x.csv")
    with pytest.raises(CommandError, match="No such file"):
        run(account, tmp_path / "y.csv")


def test_an_upload_is_taken_back_as_a_whole(account: AdAccount, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(f"{HEAD}\na,2026-11-19,10.50,EUR,21\n")
    run(account, path)
    assert remove_offline(OfflineUpload.objects.get(), None, NOW) == 1
    assert not OfflineConversion.objects.exists()
    assert LedgerEvent.objects.filter(kind="offline_imported").count() == 2
