"""Hours that were kept as a row an entity become blocks, and rows again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from intelligence.models import HourBlock
from intelligence.snapshots import hours_of
from metaads.models import AdAccount
from tests.factories.metaads import AdAccountFactory

HOUR = datetime(2026, 11, 20, 10, tzinfo=UTC)


FIELDS = (
    *("level", "entity_id", "hour", "hours", "since", "read_at", "spend", "impressions", "clicks", "conversions"),
    *("actions", "action_values", "status", "learning_status", "daily_budget", "day_reach", "local_hour"),
)
NAME = ("intelligence", "0005_pack_hours")


@pytest.fixture
def before(transactional_db: None) -> Iterator[Any]:
    """The apps of before, with the table of rows."""
    apps = MigrationExecutor(connection).loader.project_state(NAME).apps
    rows = apps.get_model("intelligence", "Snapshot")
    with connection.schema_editor() as editor:
        editor.create_model(rows)
    yield apps
    with connection.schema_editor() as editor:
        editor.delete_model(rows)


def row(apps: Any, account: AdAccount, entity: str, hour: datetime = HOUR, **fields: Any) -> None:
    apps.get_model("intelligence", "Snapshot").objects.create(
        account_id=account.pk,
        level="ad",
        entity_id=entity,
        hour=hour,
        local_date=date(2026, 11, 20),
        local_hour=11,
        since=hour,
        read_at=hour + timedelta(hours=1),
        **fields,
    )


def test_rows_become_blocks_and_rows_again(before: Any) -> None:
    account: AdAccount = AdAccountFactory.create()
    full: dict[str, Any] = {"spend": Decimal("1.25"), "impressions": 7, "actions": {"lead": 2.0}, "status": "ACTIVE"}
    row(before, account, "9", **full, daily_budget=500, learning_status="SUCCESS", day_reach=6)
    row(before, account, "10", clicks=3)
    row(before, account, "10", HOUR + timedelta(hours=1), hours=3)
    rows = before.get_model("intelligence", "Snapshot").objects
    held = sorted(str(one) for one in rows.values(*FIELDS))
    packing: Any = MigrationExecutor(connection).loader.get_migration(*NAME).operations[0]
    packing.code(before, None)
    assert list(HourBlock.objects.order_by("hour").values_list("rows", "hours")) == [(2, 1), (1, 3)]
    (nine,) = hours_of(account, "ad", "9", HOUR, HOUR + timedelta(hours=1))
    assert (nine.spend, nine.impressions, nine.actions, nine.status) == tuple(full.values())
    assert (nine.daily_budget, nine.learning_status, nine.day_reach, nine.clicks) == (500, "SUCCESS", 6, None)
    rows.all().delete()
    packing.reverse_code(before, None)
    assert sorted(str(one) for one in rows.values(*FIELDS)) == held
