"""Account health: what may stop an ad account from delivering or us from changing it, judged once a day."""

from datetime import datetime
from typing import Any

from metaads import switch
from metaads.graph.client import client_for
from metaads.graph.errors import Permanent
from metaads.models import AccountHealth, AdAccount
from metaads.reader.structure import read_account, read_health
from metaads.sync import fields
from metaads.sync.judging import Facts, judge, worst


def sync_health(account: AdAccount, now: datetime) -> AccountHealth:
    """Reads and judges; keeps one row per day of the account. One call.

    A token that may not see billing facts is asked again for the rest: unknown is no fault of the account.
    Raises metaads.graph.errors and switch.SwitchedOff.
    """
    switch.require(switch.COLLECTION)
    client = client_for(account)
    try:
        raw = read_health(client, account)
    except Permanent:
        raw = read_account(client, account)
    values = health_values(raw)
    problems = judge(_facts(account, raw, values))
    values |= {"severity": worst(problems), "problems": [one.plain() for one in problems], "read_at": now}
    day = now.astimezone(account.zone).date()
    row, _ = AccountHealth.objects.update_or_create(account=account, day=day, defaults=values)
    return row


def health_values(raw: fields.Raw) -> dict[str, Any]:
    """Columns of AccountHealth that Meta tells."""
    funding = fields.mapping(raw.get("funding_source_details"))
    source = fields.text(raw.get("funding_source"))
    tasks, prepaid = raw.get("user_tasks"), raw.get("is_prepay_account")
    return {
        "account_status": fields.whole(raw.get("account_status")),
        "disable_reason": fields.whole(raw.get("disable_reason")),
        "spend_cap": fields.budget(raw.get("spend_cap")),
        "amount_spent": fields.whole(raw.get("amount_spent")),
        "balance": fields.whole(raw.get("balance")),
        "funding": {**funding, "id": funding.get("id") or source} if funding or source else {},
        "prepaid": prepaid if isinstance(prepaid, bool) else None,
        "failed_checks": fields.listing(raw.get("failed_delivery_checks")),
        "user_tasks": [str(task) for task in tasks] if isinstance(tasks, list) else None,
    }


def _facts(account: AdAccount, raw: fields.Raw, values: dict[str, Any]) -> Facts:
    return Facts(
        currency=account.currency,
        account_status=values["account_status"],
        disable_reason=values["disable_reason"],
        spend_cap=values["spend_cap"],
        amount_spent=values["amount_spent"],
        # Meta leaves the field out where it may not be seen; "0" is its word for none.
        funding_told=fields.text(raw.get("funding_source")) != "0",
        failed_checks=tuple(check for check in values["failed_checks"] if isinstance(check, dict)),
        user_tasks=None if values["user_tasks"] is None else tuple(values["user_tasks"]),
    )


def changed_since(account: AdAccount) -> bool:
    """Whether the account's state is another than the one last judged, or still so bad that every hour counts."""
    last = AccountHealth.objects.filter(account=account).order_by("-day").first()
    if last is None:
        return True
    known = account.account_status is not None
    changed = known and (account.account_status, account.disable_reason) != (last.account_status, last.disable_reason)
    return changed or last.severity == AccountHealth.Severity.ERROR
