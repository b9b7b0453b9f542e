"""Account health: what Meta says, judged into sentences that a person can act on."""

from datetime import timedelta
from typing import Any

import pytest

from metaads.models import AccountHealth, AdAccount
from metaads.selectors import health
from metaads.sync.health import changed_since, sync_health
from metaads.sync.judging import Facts, judge, worst
from metaads.sync.minimums import sync_minimums
from tests.factories.metaads import NOW
from tests.metaads.conftest import Meta
from tests.metaads.stub import Stub

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_impatient")]
WELL: dict[str, Any] = {
    "account_id": "111",
    "account_status": 1,
    "disable_reason": 0,
    "spend_cap": "100000",
    "amount_spent": "40000",
    "balance": "1200",
    "funding_source": "99",
    "funding_source_details": {"id": "99", "display_string": "Visa *1", "type": 1},
    "is_prepay_account": False,
    "failed_delivery_checks": [],
    "user_tasks": ["ADVERTISE", "ANALYZE"],
}


def read(account: AdAccount, stub: Stub, **changes: Any) -> AccountHealth:
    stub.says({name: value for name, value in {**WELL, **changes}.items() if value is not None})
    return sync_health(account, NOW)


def codes(**facts: Any) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in judge(Facts("EUR", **facts))]


def test_a_healthy_account_has_no_problem(account: AdAccount, stub: Stub) -> None:
    row = read(account, stub)
    assert (row.severity, row.problems, row.headroom) == ("ok", [], 60_000)
    found = health(account)
    assert found
    assert found.ok
    assert found.can_write


def test_the_sandboxs_account_is_healthy(meta: Meta) -> None:
    row = sync_health(meta.accounts[0], NOW)
    assert (row.severity, row.account_status) == ("ok", 1)
    assert row.user_tasks


@pytest.mark.parametrize(
    ("status", "severity"),
    [*((status, "error") for status in (2, 3, 7, 100, 101, 202)), *((status, "warning") for status in (8, 9, 42))],
)
def test_states_that_stop_delivery_are_errors(status: int, severity: str) -> None:
    assert codes(account_status=status) == [("status", severity)]


@pytest.mark.parametrize("status", [1, 201, None])
def test_working_and_unknown_states_are_no_problem(status: int | None) -> None:
    assert codes(account_status=status) == []


def test_metas_reason_is_named() -> None:
    (problem,) = judge(Facts("EUR", account_status=2, disable_reason=1))
    assert problem.text == "Meta has disabled this ad account: nothing is delivered (Meta's reason 1)."
    assert problem.todo


@pytest.mark.parametrize(
    ("cap", "spent", "found"),
    [
        (100_000, 89_000, []),
        (100_000, 90_000, [("spend_cap", "warning")]),
        (100_000, 100_000, [("spend_cap", "error")]),
        (None, 900_000, []),
        (100_000, None, []),
    ],
)
def test_the_spending_limit_warns_before_it_is_used_up(
    cap: int | None, spent: int | None, found: list[tuple[str, str]]
) -> None:
    assert codes(spend_cap=cap, amount_spent=spent) == found


def test_amounts_are_said_in_the_accounts_currency() -> None:
    (problem,) = judge(Facts("HUF", spend_cap=100_000, amount_spent=95_000))
    assert problem.text == "5,000 HUF are left of the account's spending limit of 100,000 HUF."
    (problem,) = judge(Facts("KWD", spend_cap=100_000, amount_spent=95_000))
    assert problem.text == "50.00 KWD are left of the account's spending limit of 1,000.00 KWD."


def test_a_user_without_the_task_advertise_cannot_write(account: AdAccount, stub: Stub) -> None:
    row = read(account, stub, user_tasks=["ANALYZE"])
    assert row.severity == "warning"
    found = health(account)
    assert found
    assert not found.can_write
    assert "ADVERTISE" in found.problems[0].todo


@pytest.mark.parametrize("tasks", [None, ["MANAGE"], ["ADVERTISE"]])
def test_unknown_tasks_are_no_problem(account: AdAccount, stub: Stub, tasks: list[str] | None) -> None:
    assert read(account, stub, user_tasks=tasks).problems == []


def test_no_payment_method_is_told_from_not_being_allowed_to_see_it(account: AdAccount, stub: Stub) -> None:
    assert read(account, stub, funding_source=None, funding_source_details=None).problems == []
    row = read(account, stub, funding_source="0", funding_source_details=None)
    assert [problem["code"] for problem in row.problems] == ["funding"]


def test_metas_failed_checks_come_in_metas_words(account: AdAccount, stub: Stub) -> None:
    check = {"check_name": "account_restricted", "summary": "Restricted", "description": "Verify your business."}
    row = read(account, stub, failed_delivery_checks=[check, "odd"])
    assert [(one["text"], one["todo"]) for one in row.problems] == [("Restricted", "Verify your business.")]


def test_the_worst_comes_first() -> None:
    found = judge(Facts("EUR", account_status=2, user_tasks=("ANALYZE",), spend_cap=100, amount_spent=95))
    assert [one.severity for one in found] == ["error", "warning", "warning"]
    assert worst(found) == "error"


def test_a_day_of_the_account_has_one_row_and_days_are_history(account: AdAccount, stub: Stub) -> None:
    read(account, stub)
    read(account, stub, account_status=2)
    stub.says(WELL)
    sync_health(account, NOW + timedelta(days=1))
    assert list(AccountHealth.objects.order_by("day").values_list("severity", flat=True)) == ["error", "ok"]


def test_a_token_that_may_not_see_billing_is_asked_for_the_rest(account: AdAccount, stub: Stub) -> None:
    stub.fails(200).says({"account_id": "111", "account_status": 2})
    row = sync_health(account, NOW)
    assert (row.severity, row.funding, row.user_tasks) == ("error", {}, None)
    assert "funding_source" not in stub.calls[1].query["fields"]


def test_a_state_that_changed_is_looked_at_before_the_day_is_over(account: AdAccount, stub: Stub) -> None:
    assert changed_since(account)
    read(account, stub)
    account.account_status, account.disable_reason = 1, 0
    assert not changed_since(account)
    account.account_status = 2
    assert changed_since(account)


@pytest.mark.parametrize(("currency", "least"), [("EUR", 100), ("JPY", 110)])
def test_least_budgets_are_those_of_the_accounts_currency(
    account: AdAccount, stub: Stub, currency: str, least: int
) -> None:
    account.currency = currency
    rows = [
        {"currency": "EUR", "min_daily_budget_imp": 100, "min_daily_budget_high_freq": 500},
        {"currency": "JPY", "min_daily_budget_imp": 110, "min_daily_budget_high_freq": 550},
    ]
    stub.says({"data": rows})
    sync_minimums(account, NOW)
    account.refresh_from_db()
    assert account.minimum_budgets == {"imp": least, "high_freq": 5 * least}


def test_a_currency_that_meta_does_not_list_leaves_what_was_known(account: AdAccount, stub: Stub) -> None:
    account.minimum_budgets = {"imp": 1}
    stub.says({"data": []})
    assert "no least budgets" in sync_minimums(account, NOW)
    assert account.minimum_budgets == {"imp": 1}
