"""`--now` and `--account` mean the same in every command, and an odd one is refused with what to write instead."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from metaads.management.arguments import moment, one_by_one, some, watched
from metaads.models import AdAccount
from tests.architecture.tree import APPS
from tests.factories.metaads import AdAccountFactory

TIMELESS = {
    "closed_loop": "lives through days of its own",
    "demo": "runs on the clock of its own sandbox",
    "export_rules": "writes what the rules say",
    "fast_forward": "moves the sandbox's clock itself",
    "make_key": "makes a key",
    "run_sandbox": "is the clock",
    "setup_schedules": "writes the schedule down",
    "simulate": "starts a world with a clock of its own",
    "supervise": "starts processes",
    "verify_ledger": "checks what is written",
}


def ours() -> dict[str, BaseCommand]:
    return {name: load_command_class(app, name) for name, app in get_commands().items() if app in APPS}


@pytest.mark.parametrize("name", sorted(ours()))
def test_every_command_for_which_time_matters_takes_now(name: str) -> None:
    takes = "--now" in ours()[name].create_parser("manage.py", name).format_help()
    assert takes != (name in TIMELESS), f"{name} takes --now, or says above why not"


def test_a_moment_with_a_zone_is_utc() -> None:
    assert moment("2026-11-21T07:00:00+01:00") == datetime(2026, 11, 21, 6, tzinfo=UTC)
    assert moment("2026-11-21T06:00Z") == datetime(2026, 11, 21, 6, tzinfo=UTC)


@pytest.mark.parametrize(("text", "why"), [("noon", "no ISO time"), ("2026-11-21T06:00", "no time zone.*09:00")])
def test_an_odd_moment_is_refused_with_an_example(text: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        moment(text)


@pytest.mark.django_db
class TestAccounts:
    def test_none_at_all_says_what_to_do(self) -> None:
        with pytest.raises(CommandError, match="connect_account"):
            some(None)

    def test_an_unknown_one_is_named(self) -> None:
        with pytest.raises(CommandError, match="404404"):
            watched("act_404404")

    @pytest.mark.parametrize("off", [{"active": False}, {"read_only": True}])
    def test_one_that_is_not_watched_is_found_but_never_asked_for(self, off: dict[str, bool]) -> None:
        account: AdAccount = AdAccountFactory.create(**off)
        assert some(account.meta_id) == [account]
        with pytest.raises(CommandError, match=f"{account.name} is not watched"):
            watched(account.meta_id)

    @pytest.mark.parametrize("terminal", [True, False])
    def test_a_terminal_sees_which_account_is_at_work(self, terminal: bool) -> None:
        pair = [AdAccountFactory.create(), AdAccountFactory.create()]
        screen = StringIO()
        screen.isatty = lambda: terminal  # type: ignore[method-assign]
        assert list(one_by_one(pair, OutputWrapper(screen))) == pair
        assert ("[2/2]" in screen.getvalue()) is terminal
