"""An odd value in the environment stops the start with the variable's name; a typo never turns money on."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import is_set, number, switch, whole

NAME = "CI_TEST_VARIABLE"


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("ON", True), ("1", True), ("no", False), ("", False)])
def test_a_switch_reads_the_usual_words(text: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, text)
    assert switch(NAME, default=False) is expected


@pytest.mark.parametrize("text", ["ture", "2", "enabled", "None"])
def test_a_misspelt_switch_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        switch(NAME, default=True)


@pytest.mark.parametrize("text", ["5000", "-1", "lots", "nan"])
def test_a_number_outside_its_range_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        number(NAME, 30, 0, 1000)


def test_a_fraction_is_no_whole_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "1.5")
    with pytest.raises(ImproperlyConfigured, match="whole"):
        whole(NAME, 1, 0, 10)


def test_a_limit_left_empty_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " ")
    assert not is_set(NAME)
    assert number(NAME, 30, 0, 100) == 30
