"""Checks of the data against the sandbox: an outage is seen, an ordinary day is not taken for one."""

from collections.abc import Callable
from typing import Any

import pytest

from intelligence.models import QualityState
from intelligence.observe import observe
from metaads.sandbox.world.options import SIZES
from tests.intelligence.conftest import Meta

ONE = {"accounts": 1, "campaigns": 6, "ad_sets": 12, "ads": 36, "history_days": 15, "step_minutes": 60}


@pytest.fixture
def seen(
    meet: Callable[..., Meta], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Callable[[str | None], dict[str, str]]:
    """Eight hours pass, with this happening or none; answers the verdicts by check."""
    monkeypatch.setitem(SIZES, "one", ONE)
    settings.INITIAL_HISTORICAL_DAYS = 14

    def pass_time(happening: str | None) -> dict[str, str]:
        meta = meet(0, "one")
        observe(meta.account, meta.now)
        if happening:
            meta.control("POST", "happenings", kind=happening, hours=9)
        meta.advance(8)
        observe(meta.account, meta.now)
        state = QualityState.objects.get(account=meta.account)
        assert (state.doubtful_since is not None) is any(one["verdict"] == "doubtful" for one in state.findings)
        return {one["check"]: one["verdict"] for one in state.findings}

    return pass_time


def test_a_broken_tracking_is_seen_in_purchases_and_pixel(seen: Callable[[str | None], dict[str, str]]) -> None:
    verdicts = seen("tracking_outage")
    assert (verdicts["purchases_vanish"], verdicts["pixel_silence"]) == ("doubtful", "doubtful")
    assert verdicts["level_drift"] == "fine"


def test_an_ordinary_day_raises_no_doubt(seen: Callable[[str | None], dict[str, str]]) -> None:
    verdicts = seen(None)
    assert "doubtful" not in verdicts.values()
    assert (verdicts["purchases_vanish"], verdicts["pixel_silence"]) == ("fine", "fine")
