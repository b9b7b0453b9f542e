"""`lock_entity` at the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from metaads.models import Ad
from optimization.models import EntityLock, LedgerEvent
from tests.factories.metaads import AdFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad() -> Ad:
    made: Ad = AdFactory.create()
    return made


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("lock_entity", *arguments, stdout=out)
    return out.getvalue()


def test_it_locks_until_a_moment_and_releases(ad: Ad) -> None:
    now = ("--now", "2026-11-20T12:00:00+00:00")
    said = run("ad", ad.meta_id, "--until", "2026-11-22T12:00:00+00:00", "--reason", "Legal", *now)
    assert "is locked until 22 Nov, 13:00 CET" in said
    held = EntityLock.objects.get()
    assert (held.entity_id, held.reason, held.locked_by) == (ad.meta_id, "Legal", None)
    assert "released" in run("ad", ad.meta_id, "--release", *now)
    held.refresh_from_db()
    assert held.released_at is not None
    assert set(LedgerEvent.objects.filter(kind="entity_locked").values_list("actor", flat=True)) == {"operator"}


def test_an_odd_end_is_told_by_its_own_name(ad: Ad) -> None:
    with pytest.raises(CommandError, match="--until: 'Friday' is no ISO time"):
        run("ad", ad.meta_id, "--until", "Friday", "--reason", "Legal")


def test_an_account_by_its_id(ad: Ad) -> None:
    assert "until it is released" in run("account", f"act_{ad.account.meta_id}", "--reason", "Handover")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ad", "404", "--reason", "x"), "in no connected account"),
        (("ad", "own"), "reason:"),
        (("ad", "own", "--reason", "x", "--until", "tomorrow"), "no ISO time"),
        (("ad", "own", "--release"), "is not locked itself"),
    ],
)
def test_mistakes_are_named(ad: Ad, arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(*(ad.meta_id if one == "own" else one for one in arguments))
