"""The demo's recent past: its stages, each once, from wherever the sandbox's clock stands."""

from datetime import datetime, timedelta
from typing import cast

import pytest
from django.utils import timezone

from config.demo import recent
from config.demo.recent import BACK, HOUR, STAGES, live
from config.sandbox_control import SandboxControl
from metaads.models import AdAccount
from tests.factories.metaads import AdAccountFactory, UserFactory

pytestmark = pytest.mark.django_db


class Clock:
    """A sandbox's clock alone. `live` moves it by `forward`, which is replaced here."""

    def __init__(self, behind: timedelta) -> None:
        self.behind = behind

    def now(self) -> datetime:
        return timezone.now() - self.behind


def passed(behind: timedelta, monkeypatch: pytest.MonkeyPatch) -> tuple[list[float], Clock]:
    """Hours since the beginning at which a stage was done, and the clock afterwards."""
    clock, done = Clock(behind), []

    def forward(control: Clock, account: AdAccount, step: timedelta) -> datetime:
        control.behind -= step
        return control.now()

    monkeypatch.setattr(recent, "forward", forward)
    monkeypatch.setattr(recent, "_stage", lambda stage, *_: done.append(stage.at / HOUR))
    monkeypatch.setattr("optimization.pipeline.measure", lambda *_: 0)
    arrived: list[timedelta] = []
    count = live(
        AdAccountFactory.create(),
        cast(SandboxControl, clock),
        UserFactory.create(),
        lambda: arrived.append(clock.behind),
    )
    assert count == len(done)
    assert len(arrived) == bool(done)
    assert all(abs(behind) < timedelta(seconds=1) for behind in arrived), "told before the clock shows the present"
    return done, clock


def test_every_stage_is_done_once_and_the_clock_then_shows_the_present(monkeypatch: pytest.MonkeyPatch) -> None:
    done, clock = passed(BACK, monkeypatch)
    assert done == [stage.at / HOUR for stage in STAGES] == sorted(set(done))
    assert abs(clock.behind) < timedelta(seconds=1)


def test_after_an_interruption_it_goes_on_where_the_clock_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    done, clock = passed(BACK - 30 * HOUR, monkeypatch)
    assert done == [48, 72, BACK / HOUR]
    assert abs(clock.behind) < timedelta(seconds=1)


@pytest.mark.parametrize("behind", [timedelta(0), -5 * HOUR])
def test_in_the_present_or_beyond_there_is_nothing_to_live_through(
    behind: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, clock = passed(behind, monkeypatch)
    assert (done, clock.behind) == ([], behind)


def test_the_last_stage_is_the_present_and_longest_measurements_fit_before_it() -> None:
    assert STAGES[-1].at == BACK
    assert not STAGES[-1].deeds
    assert any(stage.deeds and BACK - stage.at > 72 * HOUR for stage in STAGES)
