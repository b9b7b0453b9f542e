"""From what Meta says of an ad account to sentences: what is wrong, how bad it is, what a person can do. Pure."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from metaads.graph.money import money_text
from metaads.models import AccountHealth

Severity = AccountHealth.Severity
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.OK: 2}
# From this share of the spend cap on, a person should know.
NEARLY_SPENT = 0.9
IN_MANAGER = "See the account quality and billing pages in Ads Manager."


@dataclass(frozen=True)
class HealthProblem:
    """`code` is stable: notices are folded by it. `text`: what is wrong. `todo`: what to do."""

    code: str
    severity: str
    text: str
    todo: str

    def plain(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True)
class Facts:
    """What Meta said; None = not told. Money: minor units of `currency`; `spend_cap` None = no cap."""

    currency: str
    account_status: int | None = None
    disable_reason: int | None = None
    spend_cap: int | None = None
    amount_spent: int | None = None
    funding_told: bool = True
    failed_checks: tuple[dict[str, Any], ...] = ()
    user_tasks: tuple[str, ...] | None = None


# account_status (reference 3.2) -> severity, what is wrong, what to do. 1 and 201 are well.
_STATUS: dict[int, tuple[str, str, str]] = {
    2: (Severity.ERROR, "Meta has disabled this ad account: nothing is delivered.", IN_MANAGER),
    3: (Severity.ERROR, "A payment failed: Meta delivers nothing until it is settled.", "Settle the balance at Meta."),
    7: (Severity.ERROR, "Meta reviews the account for risk and delivers nothing meanwhile.", IN_MANAGER),
    8: (Severity.WARNING, "A payment is being settled; delivery may stop.", "Check the payment method at Meta."),
    9: (Severity.WARNING, "A payment failed; Meta still delivers for a few days.", "Settle the balance at Meta."),
    100: (Severity.ERROR, "The ad account is being closed.", "Connect the account that takes its place."),
    101: (Severity.ERROR, "The ad account is closed.", "Connect the account that takes its place."),
    202: (Severity.ERROR, "The ad account is closed.", "Connect the account that takes its place."),
}
_WELL = frozenset({1, 201})


def judge(facts: Facts) -> tuple[HealthProblem, ...]:
    """All that stands in the way, worst first."""
    found = [*_status(facts), *_spend_cap(facts), *_funding(facts), *_checks(facts), *_tasks(facts)]
    return tuple(sorted(found, key=lambda one: _RANK[Severity(one.severity)]))


def worst(problems: Iterable[HealthProblem]) -> str:
    return min((Severity(one.severity) for one in problems), key=_RANK.__getitem__, default=Severity.OK)


def _status(facts: Facts) -> Iterable[HealthProblem]:
    status = facts.account_status
    if status is None or status in _WELL:
        return
    unknown = (Severity.WARNING, f"Meta reports a state of the account that is unknown here ({status}).", IN_MANAGER)
    severity, text, todo = _STATUS.get(status, unknown)
    reason = f" (Meta's reason {facts.disable_reason})" if facts.disable_reason else ""
    yield HealthProblem("status", severity, f"{text.removesuffix('.')}{reason}.", todo)


def _spend_cap(facts: Facts) -> Iterable[HealthProblem]:
    cap, spent = facts.spend_cap, facts.amount_spent
    if not cap or spent is None:
        return
    limit = money_text(cap, facts.currency)
    if spent >= cap:
        text = f"The account's spending limit of {limit} is used up: nothing is delivered."
        yield HealthProblem("spend_cap", Severity.ERROR, text, "Raise or reset the limit in Meta's billing settings.")
    elif spent >= cap * NEARLY_SPENT:
        text = f"{money_text(cap - spent, facts.currency)} are left of the account's spending limit of {limit}."
        yield HealthProblem("spend_cap", Severity.WARNING, text, "Raise the limit before it is used up.")


def _funding(facts: Facts) -> Iterable[HealthProblem]:
    if not facts.funding_told:
        text = "The account has no payment method: what is created is never delivered."
        yield HealthProblem("funding", Severity.ERROR, text, "Add a payment method in Meta's billing settings.")


def _checks(facts: Facts) -> Iterable[HealthProblem]:
    for check in facts.failed_checks:
        name = str(check.get("check_name") or "unnamed")
        text = str(check.get("summary") or check.get("description") or name)
        todo = str(check.get("description") or IN_MANAGER)
        yield HealthProblem(f"check:{name}"[:80], Severity.ERROR, text, todo if todo != text else IN_MANAGER)


def _tasks(facts: Facts) -> Iterable[HealthProblem]:
    if facts.user_tasks is not None and not {"ADVERTISE", "MANAGE"} & set(facts.user_tasks):
        text = "The token may read this account but not change it: approved actions will fail."
        todo = "Give the system user the task 'Manage campaigns' (ADVERTISE) for this account in Business settings."
        yield HealthProblem("tasks", Severity.WARNING, text, todo)
