"""Meta's error numbers and what must happen next."""

from datetime import timedelta

import pytest

from metaads.graph.classify import bucket_of, classify
from metaads.graph.errors import (
    MetaError,
    OutcomeUnknown,
    Permanent,
    RateLimited,
    TokenInvalid,
    TooMuchData,
    Transient,
)


def body(code: object, subcode: int | None = None, **more: object) -> dict[str, object]:
    return {"error": {"message": "no", "code": code, **({"error_subcode": subcode} if subcode else {}), **more}}


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [
        (1, None, OutcomeUnknown),
        (2, None, OutcomeUnknown),
        (-3, None, OutcomeUnknown),
        (5000, None, OutcomeUnknown),
        (3910001, None, OutcomeUnknown),
        (1, 99, Permanent),
        (4, 1504022, RateLimited),
        (17, 2446079, RateLimited),
        (17, 1885172, RateLimited),
        (32, None, RateLimited),
        (613, 1487632, RateLimited),
        (613, None, RateLimited),
        (613, 1487225, Permanent),
        (80000, 2446079, RateLimited),
        (80004, None, RateLimited),
        (9999, 2446079, RateLimited),
        (10, None, TokenInvalid),
        (200, None, TokenInvalid),
        (200, 1870034, Permanent),
        (294, None, TokenInvalid),
        (190, 463, TokenInvalid),
        (102, None, TokenInvalid),
        (104, None, TokenInvalid),
        ("190", None, TokenInvalid),
        (100, None, Permanent),
        (100, 33, Permanent),
        (100, 1504018, Transient),
        (2, 1504038, Transient),
        (2, 1504041, Permanent),
        (100, 1487534, TooMuchData),
        (368, None, Permanent),
        (2635, None, Permanent),
        (1885621, None, Permanent),
        (1487901, None, Permanent),
    ],
)
def test_the_numbers_alone_decide(code: object, subcode: int | None, kind: type[MetaError]) -> None:
    assert type(classify(body(code, subcode), 400)) is kind


def test_the_http_status_changes_nothing() -> None:
    kinds = {type(classify(body(100), status)) for status in (200, 400, 429, 500, 503)}
    assert kinds == {Permanent}


@pytest.mark.parametrize("answer", ["<html>bad gateway</html>", "", None, [], {}, {"success": False}, {"error": "no"}])
def test_an_answer_without_numbers_says_nothing_about_the_outcome(answer: object) -> None:
    assert type(classify(answer, 502)) is OutcomeUnknown


def test_an_error_without_a_code_is_unusable_too() -> None:
    assert type(classify({"error": {"message": "hm"}}, 500)) is OutcomeUnknown


def test_people_get_metas_own_sentence_and_the_numbers() -> None:
    error = classify(body(100, 1885272, error_user_title="Low", error_user_msg="Your budget is too low."), 400)
    assert str(error) == "Your budget is too low. (Meta error 100/1885272)"
    assert error.detail.user_title == "Low"


@pytest.mark.parametrize(
    "data",
    ['{"blame_field_specs":[["daily_budget"]]}', {"blame_field_specs": [["daily_budget"]]}],
)
def test_blame_is_read_from_text_and_from_objects(data: object) -> None:
    assert classify(body(100, error_data=data), 400).detail.blame == ("daily_budget",)


@pytest.mark.parametrize("data", ["not json", "[1]", 7, {"blame_field_specs": "x"}, None])
def test_odd_error_data_is_no_obstacle(data: object) -> None:
    error = classify(body(80004, error_data=data), 400)
    assert isinstance(error, RateLimited)
    assert error.detail.blame == ()


def test_the_headers_know_better_how_long_to_wait() -> None:
    waited = classify(body(80000), 400, timedelta(minutes=17))
    default = classify(body(80000), 400)
    assert isinstance(waited, RateLimited)
    assert isinstance(default, RateLimited)
    assert (waited.retry_after, default.retry_after) == (timedelta(minutes=17), timedelta(minutes=5))


def test_a_limit_on_one_ad_set_does_not_stop_the_account() -> None:
    error = classify(body(613, 1487632), 400)
    assert isinstance(error, RateLimited)
    assert error.retry_after == timedelta(hours=1)
    assert not bucket_of(error.detail).whole_account
    assert bucket_of(classify(body(17, 2446079), 400).detail).whole_account
