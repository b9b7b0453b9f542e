"""Raw objects of Meta and our columns."""

from datetime import UTC, datetime

import pytest

from metaads.sync import fields


def test_an_ad_set_becomes_columns() -> None:
    values = fields.ad_set_values(
        {
            "id": "2",
            "name": "EU",
            "status": "ACTIVE",
            "effective_status": "CAMPAIGN_PAUSED",
            "daily_budget": "5000",
            "lifetime_budget": "0",
            "budget_remaining": "0",
            "bid_amount": 250,
            "end_time": "2025-11-11T14:25:17-0800",
            "issues_info": [{"error_code": 1}],
            "learning_stage_info": {"status": "LEARNING", "conversions": 3, "last_sig_edit_ts": 1762000000},
        }
    )
    assert (values["daily_budget"], values["lifetime_budget"], values["budget_remaining"]) == (5000, None, 0)
    assert values["stop_time"] == datetime(2025, 11, 11, 22, 25, 17, tzinfo=UTC)
    assert values["learning_status"] == "LEARNING"
    assert values["last_significant_edit_at"] == datetime.fromtimestamp(1762000000, UTC)
    assert (values["bid_amount"], values["issues"]) == (250, [{"error_code": 1}])


def test_what_is_not_there_is_unknown() -> None:
    values = fields.ad_set_values({"id": "2"})
    assert values["daily_budget"] is None
    assert values["learning_status"] == ""
    assert values["last_significant_edit_at"] is None
    assert values["created_time"] is None


def test_a_status_that_we_do_not_know_is_kept() -> None:
    assert fields.ad_values({"effective_status": "NEW_IN_2027"})["effective_status"] == "NEW_IN_2027"


@pytest.mark.parametrize("text", ["", "yesterday", "2025-11-11T14:25:17", None, 5])
def test_a_time_without_an_offset_is_no_moment(text: object) -> None:
    assert fields.moment(text) is None


@pytest.mark.parametrize(("raw", "number"), [("5000", 5000), (5000, 5000), ("0", 0), ("12.5", None), ("", None)])
def test_amounts_are_whole_or_unknown(raw: object, number: int | None) -> None:
    assert fields.whole(raw) == number


def test_an_account_keeps_what_meta_did_not_send() -> None:
    values = fields.account_values({"name": "", "currency": "JPY", "spend_cap": "0", "amount_spent": "77"})
    assert "name" not in values
    assert (values["currency"], values["spend_cap"], values["amount_spent"]) == ("JPY", None, 77)


def test_names_lose_what_a_database_refuses() -> None:
    assert fields.campaign_values({"name": "a\0b" + "x" * 500})["name"] == "ab" + "x" * 398
