"""The one write."""

import pytest

from metaads.graph.client import writing_client_for
from metaads.graph.errors import OutcomeUnknown
from metaads.models import AdAccount
from metaads.writer.updates import update
from tests.metaads.stub import Stub


def test_an_update_is_one_post_on_the_object(account: AdAccount, stub: Stub) -> None:
    stub.says({"success": True})
    assert update(writing_client_for(account), "7", {"daily_budget": 8400}) == {"success": True}
    assert [(call.method, call.path, call.form) for call in stub.calls] == [
        ("POST", "/v26.0/7", {"daily_budget": "8400"})
    ]


def test_an_unclear_answer_is_not_sent_again(account: AdAccount, stub: Stub) -> None:
    stub.fails(2, status=500, times=3)
    with pytest.raises(OutcomeUnknown):
        update(writing_client_for(account), "7", {"status": "PAUSED"})
    assert len(stub.calls) == 1
