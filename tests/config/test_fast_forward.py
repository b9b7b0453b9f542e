"""Fast-forward moves the sandbox's clock and ours together and runs the pipeline at each step."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config import sandbox_control
from config.sandbox_control import SandboxControl, SandboxUnreachable
from intelligence.models import Freshness
from metaads.clock import business_now
from metaads.models import AdAccount, Connection
from tests.flows.conftest import LocalMeta

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch, local_meta: LocalMeta) -> None:
    """The controls reach the sandbox in this process."""

    def call(self: SandboxControl, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return local_meta.app.control.answer(method, path, body or {})

    monkeypatch.setattr(sandbox_control.SandboxControl, "call", call)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("fast_forward", *arguments, stdout=out)
    return out.getvalue()


def test_both_clocks_move_by_the_same_hours(local_meta: LocalMeta) -> None:
    before = datetime.fromtimestamp(local_meta.app.api.world.clock.now(), UTC)
    run("--hours", "3", "--step", "1.5")
    after = datetime.fromtimestamp(local_meta.app.api.world.clock.now(), UTC)
    assert after - before == timedelta(hours=3)
    account = AdAccount.objects.select_related("connection").first()
    assert abs(business_now(account) - after) < timedelta(seconds=30)


def test_the_pipeline_runs_at_each_step(local_meta: LocalMeta) -> None:
    text = run("--hours", "2")
    assert len(text.splitlines()) == 2
    soon = timezone.now() + timedelta(hours=1)
    assert Freshness.objects.filter(read_at__gt=soon).exists(), "the last reading is of the virtual time"


@pytest.mark.parametrize("arguments", [("--hours", "0"), ("--hours", "2", "--step", "3"), ("--hours", "99999")])
def test_an_impossible_span_is_refused(local_meta: LocalMeta, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="--step"):
        run(*arguments)


def test_a_real_connection_is_never_moved(local_meta: LocalMeta) -> None:
    Connection.objects.update(sandbox=False)
    with pytest.raises(CommandError, match="0 sandbox connections"):
        run()


def test_a_sandbox_that_is_away_is_said(local_meta: LocalMeta, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> dict[str, Any]:
        raise SandboxUnreachable("No sandbox answers.")

    monkeypatch.setattr(sandbox_control.SandboxControl, "call", away)
    with pytest.raises(CommandError, match="run_sandbox"):
        run("--hours", "1")
