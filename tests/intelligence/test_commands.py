"""`collect_insights` as a door: what it says, how it fails."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from intelligence.models import Freshness, Reading
from tests.intelligence.conftest import Meta


def run(*args: str) -> str:
    out = StringIO()
    call_command("collect_insights", *args, stdout=out, stderr=out)
    return out.getvalue()


def at(meta: Meta) -> str:
    return f"--now={meta.now.isoformat()}"


def test_it_collects_every_watched_account_and_says_what_it_read(meta: Meta) -> None:
    assert "ad rows" in run(at(meta))
    assert Freshness.objects.filter(read_at=meta.now).count() == 3


def test_one_level_of_one_account(meta: Meta) -> None:
    run(at(meta), "--account", f"act_{meta.account.meta_id}", "--level", "ad")
    assert set(Reading.objects.values_list("level", flat=True)) == {"ad"}


def test_given_days_are_read_again(meta: Meta) -> None:
    text = run(at(meta), "--since=2026-11-10", "--until=2026-11-12", "--level=campaign")
    assert "3 level-days read, 3 changed" in text
    assert run(at(meta), "--since=2026-11-10", "--until=2026-11-12", "--level=campaign").count("0 changed") == 1


def test_days_after_today_are_not_asked_for(meta: Meta) -> None:
    run(at(meta), "--since=2026-11-20", "--until=2026-11-25", "--level=campaign")
    assert Reading.objects.count() == 1


def test_a_failure_exits_with_an_error_that_says_what_to_do(meta: Meta) -> None:
    meta.control.fault("revoked", count=None)
    with pytest.raises(CommandError, match="run this again"):
        run(at(meta))


def test_switched_off_it_reads_nothing_and_names_the_switch(meta: Meta, settings: Any) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_INTELLIGENCE": False}
    with pytest.raises(CommandError, match="ENABLE_INTELLIGENCE"):
        run(at(meta))
    assert not meta.wire.sent


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["--account", "404"], "no ad account"),
        (["--since", "2026-11-10"], "together"),
        (["--since", "2026-11-12", "--until", "2026-11-10"], "earlier day first"),
        (["--since", "10.11.2026", "--until", "2026-11-10"], "is no day"),
        (["--now", "2026-11-20T12:00:00"], "has no time zone"),
        (["--now", "noon"], "is no ISO time"),
    ],
)
def test_a_wrong_argument_is_explained(meet: Callable[..., Meta], args: list[str], text: str) -> None:
    meet()
    with pytest.raises(CommandError, match=text):
        run(*args)
