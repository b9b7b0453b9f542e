"""Meta's usage headers."""

import json
from datetime import timedelta

import pytest

from metaads.graph import usage


def header(**entry: object) -> dict[str, str]:
    return {"X-Business-Use-Case-Usage": json.dumps({"111": [entry]})}


def test_no_headers_mean_nothing_is_known() -> None:
    assert usage.read({}) == usage.Usage()


def test_the_highest_percentage_counts() -> None:
    seen = usage.read(
        {
            "X-App-Usage": '{"call_count":28,"total_time":25,"total_cputime":25}',
            "X-Ad-Account-Usage": '{"acc_id_util_pct":9.67,"reset_time_duration":100}',
            **header(type="ads_management", call_count=95, total_cputime=20, total_time=20),
        }
    )
    assert seen.percent == 95
    assert (seen.wait, seen.insights_wait) == (None, None)


def test_the_wait_is_in_minutes_and_belongs_to_its_bucket() -> None:
    assert usage.read(header(type="ads_management", estimated_time_to_regain_access=7)).wait == timedelta(minutes=7)
    reports = usage.read(header(type="ads_insights", estimated_time_to_regain_access=7))
    assert (reports.wait, reports.insights_wait) == (None, timedelta(minutes=7))


def test_limits_of_other_products_are_not_ours() -> None:
    seen = usage.read(header(type="pages", call_count=100, estimated_time_to_regain_access=60))
    assert (seen.percent, seen.wait) == (None, None)


def test_a_used_up_account_score_waits_its_seconds() -> None:
    full = usage.read({"X-Ad-Account-Usage": '{"acc_id_util_pct":100,"reset_time_duration":90}'})
    assert full.wait == timedelta(seconds=90)


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "7", '{"111":"x"}', '{"111":[3]}', '{"call_count":"many"}'])
def test_malformed_headers_are_survived(text: str) -> None:
    seen = usage.read({"X-Business-Use-Case-Usage": text, "X-App-Usage": text if "111" not in text else ""})
    assert seen.wait is None
