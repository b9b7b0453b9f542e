"""What may not be sent: switches, and the list of reads."""

from collections.abc import Callable

import pytest

from metaads.graph.client import GraphClient, WritingClient, client_for, writing_client_for
from metaads.graph.errors import NotAllowed
from metaads.models import AdAccount, SwitchState
from metaads.switch import SwitchedOff
from tests.metaads.stub import Stub

pytestmark = pytest.mark.usefixtures("_impatient")


def read(client: GraphClient) -> object:
    return client.get("1")


def write(client: GraphClient) -> object:
    assert isinstance(client, WritingClient)
    return client.post("1", {"status": "PAUSED"})


@pytest.mark.parametrize(("kind", "door"), [(GraphClient, read), (WritingClient, read), (WritingClient, write)])
def test_nothing_is_sent_while_everything_is_off(
    account: AdAccount, stub: Stub, kind: type[GraphClient], door: Callable[[GraphClient], object]
) -> None:
    SwitchState.objects.create(name="ENABLE_INTELLIGENCE", on=False)
    with pytest.raises(SwitchedOff, match="ENABLE_INTELLIGENCE"):
        door(kind(account.connection, account))
    assert stub.calls == []


def test_no_write_is_sent_while_the_executor_is_off(account: AdAccount, stub: Stub) -> None:
    SwitchState.objects.create(name="ENABLE_ACTION_EXECUTOR", on=False)
    with pytest.raises(SwitchedOff, match="ENABLE_ACTION_EXECUTOR"):
        writing_client_for(account).post("1", {"status": "PAUSED"})
    assert stub.calls == []


def test_the_reading_client_posts_no_writes(account: AdAccount, stub: Stub) -> None:
    client = client_for(account)
    with pytest.raises(NotAllowed):
        client.post_read("1", {"status": "PAUSED"})
    with pytest.raises(NotAllowed):
        client.get("1", {"method": "delete"})
    assert not hasattr(client, "post")
    assert stub.calls == []


def test_a_report_run_is_posted(account: AdAccount, stub: Stub) -> None:
    stub.says({"report_run_id": 6023920149050})
    assert client_for(account).post_read("act_111/insights", {"level": "ad"}) == {"report_run_id": 6023920149050}
