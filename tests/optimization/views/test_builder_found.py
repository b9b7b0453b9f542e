"""What stands beside the builder while one writes: the rule in words, what is missing, matches and money at stake."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from metaads.models import AdAccount
from optimization.preview import Preview, PreviewMiss, PreviewRow
from optimization.views import builder_found
from tests.optimization.views.test_builder import NEW, form_of

PREVIEW = "/rules/preview/"


@pytest.fixture
def written(page: Client, euro: AdAccount) -> dict[str, list[str]]:
    """A sound rule as a browser would send it."""
    return form_of(page.get(NEW)).data(**{"n2-v": "50", "n3-v": "0", "name": "Stop"})


def found(**more: Any) -> Preview:
    row = PreviewRow(
        "adset", "7", "Summer", "proposed", "", {}, {}, "pause", change="Pause", at_stake=3600, why="Dear."
    )
    away = PreviewRow("adset", "8", "Winter", "blocked", "Data are 5 h old.", {}, {}, "pause", change="Pause")
    values: dict[str, Any] = {
        "read_at": datetime(2026, 11, 20, tzinfo=UTC), "covered": 80, "matched": 2, "unknown": 3,
        "counts": {"proposed": 1, "blocked": 1}, "blocked_by": {"data_age": 1}, "at_stake": 3600,
        "rows": [row, away], "misses": [PreviewMiss("9", "Autumn", "Would match if CPA rose by 2.", {})],
    }  # fmt: skip
    return Preview("adset", "EUR", **{**values, **more})


def test_matches_money_and_near_misses_are_said(
    page: Client, written: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder_found, "preview", lambda *given, **more: found())
    html = page.post(PREVIEW, written).content.decode()
    said = [
        "2 of 80 ad sets match", "36.00 EUR", "1 proposal", "3 without enough data", "1 stopped by guard rails",
        "Summer", "Data are 5 h old.", "Would match if CPA rose by 2.",
    ]  # fmt: skip
    for text in said:
        assert text in html
    assert "Pause ad sets" in html


def test_a_rule_that_is_not_complete_says_what_is_missing_and_looks_at_nothing(
    page: Client, written: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: Any, **more: Any) -> Preview:
        raise AssertionError("an unsound rule is looked at")

    monkeypatch.setattr(builder_found, "preview", never)
    html = page.post(PREVIEW, {**written, "n2-v": ""}).content.decode()
    assert "Still to do" in html
    assert 'href="#c-n2-v"' in html


def test_a_missing_name_keeps_nobody_from_looking(
    page: Client, written: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder_found, "preview", lambda *given, **more: found(matched=0, rows=[], counts={}))
    html = page.post(PREVIEW, {**written, "name": ""}).content.decode()
    assert "0 of 80 ad sets match" in html
    assert "Give the rule a name" in html


def test_without_data_it_says_so(page: Client, written: dict[str, list[str]]) -> None:
    html = page.post(PREVIEW, written).content.decode()
    assert "0 of 0 ad sets match" in html
    assert "notice-watch" in html


def test_the_matches_are_shown_without_scripts_too(
    page: Client, written: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder_found, "preview", lambda *given, **more: found())
    html = page.post(NEW, {**written, "do": "look"}).content.decode()
    assert "2 of 80 ad sets match" in html
    assert "rule-form" in html
