"""Doors of import: a file is read into a plan, shown, and kept once a person has said yes. The ledger knows of it."""

import zlib
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from intelligence.importing.layout import Answers, lay_out
from intelligence.importing.plan import Plan, make_plan
from intelligence.importing.store import Kept, keep_plan
from intelligence.importing.table import MAX_ROWS, read_table
from metaads.models import AdAccount, Membership, Role
from metaads.sync.imported import imported_account
from optimization.ledger import record
from optimization.models import ExportFile

PAGE_ROWS = 50_000
"""More than a web worker should read while somebody waits (about 6 s); the command takes table.MAX_ROWS."""


@dataclass(frozen=True)
class Place:
    """Where a file goes: into `account` (read-only), or into a new one of this name and time zone."""

    account: AdAccount | None = None
    name: str = ""
    timezone_name: str = "UTC"


def bring(name: str, data: bytes, answers: Answers, user: User | None, most_rows: int = MAX_ROWS) -> ExportFile:
    """Keeps the file for the preview. Raises table.Unreadable before anything is stored, also for too many rows."""
    lay_out(read_table(data, most_rows), answers)
    return ExportFile.objects.create(
        user=user, name=name[:200], data=zlib.compress(data), answers=_plain(answers), created_at=timezone.now()
    )


def plan_of(file: ExportFile, today: date) -> Plan:
    """What the file says under the answers given so far."""
    return make_plan(zlib.decompress(file.data), Answers(**file.answers), today)


def answer(file: ExportFile, answers: Answers, today: date) -> Plan:
    """Stores what a person says of the file. Raises table.Unreadable and leaves the former answers."""
    plan = make_plan(zlib.decompress(file.data), answers, today)
    file.answers = _plain(answers)
    file.save(update_fields=["answers"])
    return plan


def keep(file: ExportFile, place: Place, user: User | None, now: datetime) -> tuple[AdAccount, Kept]:
    """Stores the accepted rows; who imports into a new account becomes its admin. All of it or nothing.

    Raises ValueError with a text for people: open questions, no row left, an account that is watched at Meta, a name or
    zone that can't be, or a file that was kept before.
    """
    with transaction.atomic():
        held = ExportFile.objects.select_for_update().get(pk=file.pk)
        if held.result:
            raise ValueError("This file has been imported already.")
        plan = plan_of(held, now.date())
        account = place.account or imported_account(place.name, plan.layout.currency, place.timezone_name, now)
        if account.currency != plan.layout.currency:
            raise ValueError(f"The file is in {plan.layout.currency}, the account in {account.currency}.")
        if place.account is None and user is not None:
            Membership.objects.create(user=user, account=account, role=Role.ADMIN)
        kept = keep_plan(plan, account, now)
        held.account, held.result = account, _result(plan, kept)
        held.save(update_fields=["account", "result"])
        who = {"actor": "user", "user_id": user.pk} if user else {"actor": "operator", "user_id": None}
        payload = {"file": str(held.pk), "name": held.name, **held.result}
        record("export_imported", account_id=account.pk, now=now, payload=payload, **who)
    return account, kept


def discard(file: ExportFile) -> None:
    """Forgets a file that was not imported; one that was is kept with its account."""
    ExportFile.objects.filter(pk=file.pk, result={}).delete()


def _plain(answers: Answers) -> dict[str, Any]:
    return asdict(replace(answers, columns=dict(answers.columns or {})))


def _result(plan: Plan, kept: Kept) -> dict[str, Any]:
    return {
        "rows": kept.rows,
        "refused": len(plan.refused),
        "entities": kept.entities,
        "first_day": kept.days[0].isoformat(),
        "last_day": kept.days[1].isoformat(),
        "totals": {total.metric: str(total.value) for total in plan.totals},
    }
