"""Each field that can be set: what is read, what is sent, what counts as the same."""

from typing import Any

import pytest

from metaads.executor import Change, Finding, Live, compare, request_of
from metaads.executor.fields import FIELDS, NO_LIMIT
from metaads.models import AdAccount

CAP = {"bid_strategy": "COST_CAP", "bid_amount": 900, "bid_constraints": None}
AUTO = {"bid_strategy": "LOWEST_COST_WITHOUT_CAP", "bid_amount": None, "bid_constraints": None}
FLOOR = {"roas_average_floor": 15000}
ROAS = {"bid_strategy": "LOWEST_COST_WITH_MIN_ROAS", "bid_amount": None, "bid_constraints": FLOOR}


def change(field: str, old: Any, new: Any) -> Change:
    return Change(AdAccount(meta_id="1"), "adset", "2", field, old, new)


def seen(field: str, raw: dict[str, Any]) -> Live:
    return Live(FIELDS[field].value(raw), "ACTIVE", raw)


@pytest.mark.parametrize(
    ("wanted", "request_"),
    [
        (CAP, {"bid_strategy": "COST_CAP", "bid_amount": 900}),
        (AUTO, {"bid_strategy": "LOWEST_COST_WITHOUT_CAP"}),
        (ROAS, {"bid_strategy": "LOWEST_COST_WITH_MIN_ROAS", "bid_constraints": FLOOR}),
    ],
)
def test_a_bid_is_never_sent_without_its_strategy(wanted: dict[str, Any], request_: dict[str, Any]) -> None:
    assert request_of(change("bid", AUTO, wanted)) == request_


@pytest.mark.parametrize(
    ("raw", "finding"),
    [
        ({"bid_strategy": "COST_CAP", "bid_amount": "900"}, Finding.THERE),
        ({"bid_strategy": "LOWEST_COST_WITHOUT_CAP"}, Finding.UNCHANGED),
        ({"bid_strategy": "COST_CAP", "bid_amount": 901}, Finding.DRIFTED),
        ({"bid_strategy": "LOWEST_COST_WITH_BID_CAP", "bid_amount": 900}, Finding.DRIFTED),
        ({"bid_amount": 900}, Finding.UNKNOWN),
    ],
)
def test_a_bid_is_the_same_only_as_a_whole(raw: dict[str, Any], finding: Finding) -> None:
    assert compare(change("bid", AUTO, CAP), seen("bid", raw)) is finding


def test_a_budget_that_meta_does_not_tell_is_unknown_and_not_zero() -> None:
    assert compare(change("daily_budget", 1000, 1200), seen("daily_budget", {"status": "ACTIVE"})) is Finding.UNKNOWN


def test_no_spending_limit_reads_as_zero_and_is_sent_as_metas_largest_number() -> None:
    lifted = change("daily_spend_cap", 5000, 0)
    assert compare(lifted, seen("daily_spend_cap", {"id": "2"})) is Finding.THERE
    assert compare(lifted, seen("daily_spend_cap", {"daily_spend_cap": "5000"})) is Finding.UNCHANGED
    assert request_of(lifted) == {"daily_spend_cap": NO_LIMIT}
