"""Golden rule 0: a reading client can only read."""

import pytest

from metaads.graph import allowed
from metaads.graph.errors import NotAllowed


@pytest.mark.parametrize("path", ["123/insights", "act_123/insights"])
def test_a_report_run_may_be_posted(path: str) -> None:
    allowed.check_post(allowed.split(path), {"level": "ad"})


@pytest.mark.parametrize(
    "path",
    ["123", "act_123", "act_123/campaigns", "123/copies", "x/insights", "123/insights/1", "123/budget_schedules"],
)
def test_every_other_post_is_refused(path: str) -> None:
    with pytest.raises(NotAllowed):
        allowed.check_post(allowed.split(path), {"status": "PAUSED"})


def test_a_batch_of_gets_may_be_posted() -> None:
    allowed.check_post((), {"batch": [{"method": "GET", "relative_url": "123?fields=id"}]})


@pytest.mark.parametrize(
    "batch",
    [
        [],
        "[]",
        ["GET 1"],
        [{"method": "POST", "relative_url": "1"}],
        [{"method": "get", "relative_url": "1"}],
        [{"method": "GET", "relative_url": "1", "body": "status=PAUSED"}],
        [{"method": "GET", "relative_url": "1?method=delete"}],
        [{"method": "GET", "relative_url": "1?fields=id&METHOD=post"}],
        [{"method": "GET", "relative_url": "1"}, {"method": "DELETE", "relative_url": "2"}],
    ],
)
def test_a_batch_with_anything_else_in_it_is_refused(batch: object) -> None:
    with pytest.raises(NotAllowed):
        allowed.check_post((), {"batch": batch})


@pytest.mark.parametrize("name", ["method", "METHOD", "_method", "batch", "access_token"])
def test_a_get_may_not_be_turned_into_something_else(name: str) -> None:
    with pytest.raises(NotAllowed):
        allowed.check_get({"fields": "id", name: "delete"})


@pytest.mark.parametrize("path", ["http://evil.example/x", "//evil.example", ("1", "../2"), ("a?b",), ("1", ""), "a b"])
def test_no_path_leads_to_another_host(path: str | tuple[str, ...]) -> None:
    with pytest.raises(NotAllowed):
        allowed.split(path)


def test_paths_come_as_text_or_segments() -> None:
    assert allowed.split("act_1/ads/") == allowed.split(("act_1", "ads")) == ("act_1", "ads")
