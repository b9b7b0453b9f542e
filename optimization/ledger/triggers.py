"""Database triggers that refuse to change the ledger, on SQLite and PostgreSQL.

SQLite's INSERT OR REPLACE deletes without firing a delete trigger, so a BEFORE INSERT trigger refuses an id or a
(chain, number) that exists already.
"""

from django.db import connection

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
POSTGRES_FUNCTION = (
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
)
POSTGRES = {
    "ledger_no_change": f"CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
    "ledger_no_truncate": f"CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
}


def _wanted(vendor: str) -> dict[str, str]:
    return {"sqlite": SQLITE, "postgresql": POSTGRES}[vendor]


def create() -> None:
    """Puts the triggers in place; those that stand already are left."""
    vendor = connection.vendor
    standing = set(_wanted(vendor)) - set(missing())
    with connection.cursor() as cursor:
        if vendor == "postgresql":
            cursor.execute(POSTGRES_FUNCTION)
        for name, statement in _wanted(vendor).items():
            if name not in standing:
                cursor.execute(statement)


def drop() -> None:
    """Removes the triggers: for the reverse migration and for tests only."""
    with connection.cursor() as cursor:
        for name in _wanted(connection.vendor):
            on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing() -> list[str]:
    """Names of the triggers that do not stand; asked at start-up."""
    if connection.vendor == "sqlite":
        query, arguments = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE]
    else:
        query, arguments = "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgenabled <> 'D'", [TABLE]
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        standing = {row[0] for row in cursor.fetchall()}
    return [name for name in _wanted(connection.vendor) if name not in standing]
