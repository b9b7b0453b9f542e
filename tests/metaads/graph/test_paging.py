"""Walking an edge to its end."""

from typing import Any

import pytest

from metaads.graph.client import client_for
from metaads.graph.errors import OutcomeUnknown, TooMuchData
from metaads.models import AdAccount
from tests.metaads.stub import Stub

pytestmark = pytest.mark.usefixtures("_impatient")


def page(
    ids: list[str], after: str | None, following: bool, url: str = "http://next.invalid/v26.0/x"
) -> dict[str, Any]:
    paging: dict[str, Any] = {"cursors": {"before": "b", "after": after}} if after else {}
    if following:
        paging["next"] = f"{url}?access_token=SECRET&appsecret_proof=P&limit=2&after={after}&fields=id"
    return {"data": [{"id": one} for one in ids], "paging": paging}


def test_paging_goes_on_through_empty_pages_to_the_end(account: AdAccount, stub: Stub) -> None:
    stub.says(page(["1", "2"], "A", True)).says(page([], "B", True)).says(page(["3"], "C", False))
    pages = list(client_for(account).pages("act_111/ads", {"fields": "id", "limit": 2}))
    assert [row["id"] for rows in pages for row in rows] == ["1", "2", "3"]
    assert [call.query.get("after") for call in stub.calls] == [None, "A", "B"]
    assert all("access_token" not in call.query for call in stub.calls)
    assert {call.path for call in stub.calls} == {"/v26.0/act_111/ads"}


def test_paging_that_stands_still_is_an_error_and_no_endless_loop(account: AdAccount, stub: Stub) -> None:
    stub.says(page(["1"], "A", True), times=5)
    with pytest.raises(OutcomeUnknown, match="advance"):
        list(client_for(account).pages("act_111/ads", {"limit": 2}))
    assert len(stub.calls) == 2


def test_a_page_that_is_too_much_is_asked_again_in_halves(account: AdAccount, stub: Stub) -> None:
    stub.fails(100, 1487534).fails(100, 1487534).says(page(["1"], "A", True)).says(page(["2"], None, False))
    list(client_for(account).pages("act_111/insights", {"limit": 500}))
    assert [call.query["limit"] for call in stub.calls] == ["500", "250", "125", "125"]


def test_a_page_that_cannot_get_smaller_fails(account: AdAccount, stub: Stub) -> None:
    stub.fails(100, 1487534, times=3)
    with pytest.raises(TooMuchData):
        list(client_for(account).pages("act_111/insights", {"limit": 60}))
    assert [call.query["limit"] for call in stub.calls] == ["60", "30", "25"]


@pytest.mark.parametrize("body", [{"paging": {}}, {"data": {"id": "1"}}, {}])
def test_a_page_without_rows_is_not_an_empty_page(account: AdAccount, stub: Stub, body: dict[str, Any]) -> None:
    stub.says(body)
    with pytest.raises(OutcomeUnknown):
        list(client_for(account).pages("act_111/ads"))
