"""Time passes at the push of a button, in turns of a worker, with progress, and can be stopped between two steps."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from config import forwarding, sandbox_control, tasks, views
from config.sandbox_control import SandboxControl, SandboxUnreachable
from metaads.models import Connection, Role
from optimization.models import LedgerEvent
from tests.factories.metaads import MembershipFactory, UserFactory
from tests.flows.conftest import LocalMeta

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Connections for which a turn was queued; nothing runs by itself."""
    found: list[str] = []
    for module in (tasks, views):
        monkeypatch.setattr(module, "async_task", lambda task, connection_id, **_: found.append(connection_id))
    return found


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Controls reach the sandbox in this process; the pipeline itself is the subject of other tests."""
    cache.clear()
    monkeypatch.setattr(forwarding, "tick", lambda now, accounts: [])

    def call(self: SandboxControl, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        meta: LocalMeta = request.getfixturevalue("local_meta")
        return meta.app.control.answer(method, path, body or {})

    monkeypatch.setattr(sandbox_control.SandboxControl, "call", call)


@pytest.fixture
def connection(local_meta: LocalMeta) -> Connection:
    return Connection.objects.get()


def user(local_meta: LocalMeta, role: Role) -> Client:
    who: User = UserFactory.create()
    MembershipFactory.create(user=who, account=local_meta.accounts[0], role=role)
    client = Client()
    client.force_login(who)
    return client


def text(client: Client) -> str:
    return client.get("/sandbox/").content.decode()


def test_a_manager_starts_it_and_a_worker_carries_it_through(
    local_meta: LocalMeta, connection: Connection, queued: list[str]
) -> None:
    before = local_meta.app.api.world.clock.now()
    client = user(local_meta, Role.MANAGER)
    assert client.post("/sandbox/forward/", {"hours": "6"}).status_code == 302
    assert queued == [str(connection.pk)]
    assert "Time passes" in text(client)
    assert tasks.fast_forward(queued[0]) == "done, 100 %"
    assert local_meta.app.api.world.clock.now() - before == pytest.approx(6 * 3600, abs=5)
    assert "Done" in text(client)
    event = LedgerEvent.objects.filter(kind="setting_changed").latest("id")
    assert '"hours":6' in event.payload_text.replace(" ", "")


def test_our_clock_follows_the_sandbox_s(local_meta: LocalMeta, connection: Connection, queued: list[str]) -> None:
    forwarding.begin(connection, timedelta(hours=2), timedelta(hours=1))
    forwarding.carry_on(connection)
    connection.refresh_from_db()
    virtual = datetime.fromtimestamp(local_meta.app.api.world.clock.now(), UTC)
    assert abs(timezone.now() + connection.clock_offset - virtual) < timedelta(seconds=30)


def test_a_turn_that_runs_out_of_time_queues_the_next(
    local_meta: LocalMeta, connection: Connection, queued: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    forwarding.begin(connection, timedelta(hours=3), timedelta(hours=1))
    monkeypatch.setattr(tasks, "TURN", timedelta(0))
    assert tasks.fast_forward(str(connection.pk)).startswith("running")
    assert queued == [str(connection.pk)]
    monkeypatch.setattr(tasks, "TURN", timedelta(minutes=1))
    assert tasks.fast_forward(str(connection.pk)) == "done, 100 %"
    assert len(queued) == 1


def test_it_stops_between_two_steps_and_what_was_passed_stays_passed(
    local_meta: LocalMeta, connection: Connection, queued: list[str]
) -> None:
    client = user(local_meta, Role.MANAGER)
    client.post("/sandbox/forward/", {"hours": "24"})
    passed: list[datetime] = []

    def say(virtual: datetime, reports: object) -> None:
        passed.append(virtual)
        if len(passed) == 2:
            client.post("/sandbox/stop/")

    found = forwarding.carry_on(connection, say=say)
    assert (found.state, len(passed)) == ("cancelled", 2)
    assert found.done == 2 * 3600
    assert "Cancelled" in text(client)


def test_only_one_at_a_time(local_meta: LocalMeta, connection: Connection, queued: list[str]) -> None:
    client = user(local_meta, Role.MANAGER)
    client.post("/sandbox/forward/", {"hours": "24"})
    answer = client.post("/sandbox/forward/", {"hours": "24"}, follow=True)
    assert "moved already" in answer.content.decode()
    assert len(queued) == 1


def test_one_whose_worker_died_reads_as_interrupted_and_can_be_started_anew(
    local_meta: LocalMeta, connection: Connection, queued: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = user(local_meta, Role.MANAGER)
    client.post("/sandbox/forward/", {"hours": "24"})
    monkeypatch.setattr(forwarding, "SILENT", timedelta(0))
    assert "Interrupted" in text(client)
    client.post("/sandbox/forward/", {"hours": "6"})
    assert len(queued) == 2


def test_a_sandbox_that_is_away_ends_it_with_the_reason(
    local_meta: LocalMeta, connection: Connection, queued: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    forwarding.begin(connection, timedelta(hours=3), timedelta(hours=1))

    def away(*_: object) -> dict[str, Any]:
        raise SandboxUnreachable("No sandbox answers.")

    monkeypatch.setattr(sandbox_control.SandboxControl, "call", away)
    assert tasks.fast_forward(str(connection.pk)) == "failed, 0 %"
    assert "No sandbox answers." in text(user(local_meta, Role.VIEWER))


def test_a_viewer_sees_it_and_may_not_start_it(local_meta: LocalMeta, queued: list[str]) -> None:
    client = user(local_meta, Role.VIEWER)
    assert "can let time pass" in text(client)
    assert client.post("/sandbox/forward/", {"hours": "6"}).status_code == 403
    assert client.post("/sandbox/stop/").status_code == 403
    assert queued == []


def test_a_stranger_and_a_real_connection_find_no_such_page(local_meta: LocalMeta, queued: list[str]) -> None:
    stranger = Client()
    stranger.force_login(UserFactory.create())
    assert stranger.get("/sandbox/").status_code == 404
    manager = user(local_meta, Role.MANAGER)
    Connection.objects.update(sandbox=False)
    assert manager.get("/sandbox/").status_code == 404
    assert manager.post("/sandbox/forward/", {"hours": "6"}).status_code == 404


@pytest.mark.parametrize("hours", ["", "-6", "9999", "six"])
def test_a_span_that_is_not_offered_is_refused(local_meta: LocalMeta, queued: list[str], hours: str) -> None:
    client = user(local_meta, Role.MANAGER)
    answer = client.post("/sandbox/forward/", {"hours": hours}, follow=True)
    assert "Choose one of the spans" in answer.content.decode()
    assert queued == []


def test_a_real_connection_can_never_be_begun(connection: Connection) -> None:
    connection.sandbox = False
    with pytest.raises(ValueError, match="Only a sandbox"):
        forwarding.begin(connection, timedelta(hours=1), timedelta(hours=1))
