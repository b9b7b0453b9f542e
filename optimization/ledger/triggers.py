"""Database triggers that refuse to change the ledger, on SQLite and PostgreSQL.

SQLite's INSERT OR REPLACE deletes without firing a delete trigger, so a BEFORE INSERT trigger refuses an id or a
(chain, number) that exists already.
"""

from django.db import connection
from django.db.backends.utils import CursorWrapper

TABLE = "optimization_ledgerevent"
REFUSAL = "the ledger is append-only"

SQLITE = {
    "ledger_no_update": f"CREATE TRIGGER ledger_no_update BEFORE UPDATE ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "ledger_no_delete": f"CREATE TRIGGER ledger_no_delete BEFORE DELETE ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "ledger_no_replace": "CREATE TRIGGER ledger_no_replace BEFORE INSERT ON optimization_ledgerevent "
    "WHEN EXISTS (SELECT 1 FROM optimization_ledgerevent "
    "WHERE id = NEW.id OR (chain = NEW.chain AND number = NEW.number)) "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
}
POSTGRES_BODY = f" BEGIN RAISE EXCEPTION '{REFUSAL}'; END "
POSTGRES_FUNCTION = (
    f"CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $${POSTGRES_BODY}$$"
)
POSTGRES = {
    "ledger_no_change": f"CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
    "ledger_no_truncate": f"CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
}


# Stands = fires in every ordinary session (a REPLICA trigger does not), unconditionally, and its function still
# refuses. tgtype: 27 = before, each row, update or delete; 34 = before, statement, truncate (pg_trigger.h).
POSTGRES_STANDING = (
    "SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgrelid = to_regclass(%s) "
    "AND tgenabled IN ('O', 'A') AND tgqual IS NULL AND tgtype IN (27, 34) AND cardinality(tgattr::int2[]) = 0 "
    "AND prosrc = %s"
)


def _wanted(vendor: str) -> dict[str, str]:
    return {"sqlite": SQLITE, "postgresql": POSTGRES}[vendor]


def create() -> None:
    """Puts the triggers in place; those that stand already are left, lamed ones are replaced."""
    vendor = connection.vendor
    absent = missing()
    with connection.cursor() as cursor:
        if vendor == "postgresql":
            cursor.execute(POSTGRES_FUNCTION)
        for name in absent:
            _drop(cursor, name)
            cursor.execute(_wanted(vendor)[name])


def _drop(cursor: CursorWrapper, name: str) -> None:
    on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def drop() -> None:
    """Removes the triggers: for the reverse migration and for tests only."""
    with connection.cursor() as cursor:
        for name in _wanted(connection.vendor):
            _drop(cursor, name)


def missing() -> list[str]:
    """Names of the triggers that do not stand, or stand without refusing anything; asked at start-up."""
    vendor = connection.vendor
    with connection.cursor() as cursor:
        if vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
            standing = {name for name, statement in cursor.fetchall() if statement == SQLITE.get(name)}
        else:
            cursor.execute(POSTGRES_STANDING, [TABLE, POSTGRES_BODY])
            standing = {row[0] for row in cursor.fetchall()}
    return [name for name in _wanted(vendor) if name not in standing]
