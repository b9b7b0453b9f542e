"""The database refuses to change the ledger; where its triggers are gone, verification finds what was done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from optimization.ledger import record, triggers, verify
from optimization.ledger.chain import digest
from optimization.models import LedgerEvent, LedgerHead
from tests.factories.metaads import AdAccountFactory
from tests.factories.optimization import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _five_links() -> None:
    account = AdAccountFactory.create()
    for n in range(1, 6):
        record("run_started", account_id=account.pk, actor="system", now=NOW, payload={"n": n})


@contextmanager
def without_triggers() -> Iterator[None]:
    triggers.drop()
    try:
        yield
    finally:
        triggers.create()


def sql(statement: str) -> None:
    """Runs raw SQL; LEDGER stands for the table, COLUMNS for its columns but the id, FARTHER for a new number."""
    with connection.cursor() as cursor:
        farther = COLUMNS.replace("number", "number + 100")
        statement = statement.replace("COLUMNS", COLUMNS).replace("FARTHER", farther)
        cursor.execute(statement.replace("LEDGER", triggers.TABLE))


COLUMNS = (
    "chain, number, kind, account_id, action_id, user_id, actor, payload_text, business_time, machine_time, "
    "previous, hash"
)
REFUSED = [
    "UPDATE LEDGER SET actor = 'nobody' WHERE number = 2",
    "UPDATE LEDGER SET payload_text = '{}'",
    "DELETE FROM LEDGER WHERE number = 5",
    "DELETE FROM LEDGER",
]
REPLACED = {
    "sqlite": [
        "INSERT OR REPLACE INTO LEDGER (id, COLUMNS) SELECT id, COLUMNS FROM LEDGER WHERE number = 2",
        "INSERT OR REPLACE INTO LEDGER (COLUMNS) SELECT COLUMNS FROM LEDGER WHERE number = 2",
        "UPDATE OR REPLACE LEDGER SET number = 1 WHERE number = 2",
        "INSERT OR REPLACE INTO LEDGER (id, COLUMNS) SELECT id, FARTHER FROM LEDGER WHERE number = 2",
    ],
    "postgresql": [
        "TRUNCATE LEDGER",
        "TRUNCATE LEDGER CASCADE",
        "UPDATE LEDGER SET number = number + 100",
        "INSERT INTO LEDGER (id, COLUMNS) SELECT id, COLUMNS FROM LEDGER WHERE number = 2 "
        "ON CONFLICT (id) DO UPDATE SET actor = 'nobody'",
    ],
}


@pytest.mark.parametrize("place", range(len(REFUSED) + 4))
def test_the_database_refuses_every_statement_that_changes_a_link(place: int) -> None:
    before = list(LedgerEvent.objects.order_by("id").values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql([*REFUSED, *REPLACED[connection.vendor]][place])
    assert list(LedgerEvent.objects.order_by("id").values()) == before
    assert verify() == []


def test_the_orm_is_refused_too() -> None:
    for change in (lambda: LedgerEvent.objects.update(actor="nobody"), lambda: LedgerEvent.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_the_triggers_stand_and_their_absence_is_seen() -> None:
    assert triggers.missing() == []
    with without_triggers():
        assert len(triggers.missing()) >= 2
    assert triggers.missing() == []
    triggers.create()


def _altered() -> None:
    sql("UPDATE LEDGER SET payload_text = '{\"n\":99}' WHERE number = 3")


def _removed() -> None:
    sql("DELETE FROM LEDGER WHERE number = 3")


def _swapped() -> None:
    for number, to in ((2, 77), (3, 2), (77, 3)):
        sql("UPDATE LEDGER SET number = TO WHERE number = FROM".replace("TO", str(to)).replace("FROM", str(number)))


def _tail_cut() -> None:
    sql("DELETE FROM LEDGER WHERE number > 3")


def _first_removed() -> None:
    sql("DELETE FROM LEDGER WHERE number = 1")


def _rehashed(number: int = 3) -> None:
    """Somebody who knows how a hash is made alters a link and gives it a fitting one."""
    LedgerEvent.objects.filter(number=number).update(payload_text='{"n":99}')
    event = LedgerEvent.objects.get(number=number)
    LedgerEvent.objects.filter(pk=event.pk).update(hash=digest(event))


def _last_rehashed() -> None:
    _rehashed(5)


def _head_gone() -> None:
    LedgerHead.objects.all().delete()


def _garbage_payload() -> None:
    sql("UPDATE LEDGER SET payload_text = '{not json' WHERE number = 3")


def _impossible_time() -> None:
    """SQLite keeps any text as a date, PostgreSQL a date that Python has not got."""
    when = "no date" if connection.vendor == "sqlite" else "infinity"
    sql("UPDATE LEDGER SET business_time = 'WHEN' WHERE number = 3".replace("WHEN", when))


def _impossible_month() -> None:
    when = "2026-13-45 10:00:00" if connection.vendor == "sqlite" else "-infinity"
    sql("UPDATE LEDGER SET machine_time = 'WHEN' WHERE number = 3".replace("WHEN", when))


TAMPERINGS: dict[Callable[[], None], tuple[int, str]] = {
    _altered: (3, "was altered"),
    _removed: (3, "missing up to #3"),
    _swapped: (2, "was altered"),
    _tail_cut: (5, "head does not fit"),
    _first_removed: (1, "missing up to #1"),
    _rehashed: (4, "does not follow"),
    _last_rehashed: (5, "head does not fit"),
    _head_gone: (0, "without a head"),
    _garbage_payload: (3, "was altered"),
    _impossible_time: (3, "was altered"),
    _impossible_month: (3, "was altered"),
}


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_whatever_is_done_without_triggers_is_found_with_its_place(tamper: Callable[[], None]) -> None:
    number, words = TAMPERINGS[tamper]
    with without_triggers():
        tamper()
    found = verify()
    assert [(p.number, words in p.what) for p in found if p.number == number] != []
    assert any(p.number == number and words in p.what for p in found), [str(p) for p in found]
    errors = StringIO()
    with pytest.raises(CommandError, match="Keep the database as it is") as refused:
        call_command("verify_ledger", stdout=StringIO(), stderr=errors)
    assert refused.value.returncode == 1
    assert words in errors.getvalue()


def test_a_row_that_cannot_be_read_leaves_the_others_proven() -> None:
    with without_triggers():
        _impossible_time()
    assert [(problem.number, problem.what[:11]) for problem in verify()] == [(3, "was altered")]


def test_a_number_that_is_none_is_named_where_the_database_takes_it() -> None:
    """SQLite keeps a text in a column of numbers; PostgreSQL refuses it."""
    statement = "UPDATE LEDGER SET number = 'five' WHERE number = 5"
    with without_triggers():
        if connection.vendor != "sqlite":
            with pytest.raises(DatabaseError), transaction.atomic():
                sql(statement)
            return
        sql(statement)
    assert any("'five' is no number" in problem.what for problem in verify())


LAMED = {
    "sqlite": [
        "DROP TRIGGER ledger_no_update; CREATE TRIGGER ledger_no_update BEFORE UPDATE ON LEDGER BEGIN SELECT 1; END",
        "DROP TRIGGER ledger_no_delete; CREATE TRIGGER ledger_no_delete BEFORE DELETE ON LEDGER "
        "WHEN 0 BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    ],
    "postgresql": [
        "ALTER TABLE LEDGER ENABLE REPLICA TRIGGER ledger_no_change",
        "ALTER TABLE LEDGER DISABLE TRIGGER ledger_no_change",
        "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "DROP TRIGGER ledger_no_change ON LEDGER; CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON LEDGER "
        "FOR EACH ROW WHEN (OLD.number < 0) EXECUTE FUNCTION ledger_refuse()",
    ],
}


@pytest.mark.parametrize("place", range(4))
def test_a_trigger_that_stands_but_refuses_nothing_is_missing_and_put_back(place: int) -> None:
    lamed = LAMED[connection.vendor]
    for statement in lamed[place % len(lamed)].split("; CREATE"):
        sql(statement if statement.startswith(("DROP", "ALTER", "CREATE")) else f"CREATE{statement}")
    assert triggers.missing() != []
    triggers.create()
    assert triggers.missing() == []
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql("UPDATE LEDGER SET actor = 'nobody'")


def test_a_whole_ledger_is_said_to_be_whole() -> None:
    told = StringIO()
    call_command("verify_ledger", stdout=told)
    assert told.getvalue().strip() == "The ledger is whole: 5 events in 1 chains."


def test_missing_triggers_are_a_problem_although_the_chain_is_whole() -> None:
    errors = StringIO()
    with without_triggers(), pytest.raises(CommandError):
        call_command("verify_ledger", stdout=StringIO(), stderr=errors)
    assert "the database would accept changes" in errors.getvalue()
