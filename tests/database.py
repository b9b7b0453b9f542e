"""One worker of several migrates an empty database; every worker then tests on a copy of it.

Migrations are ten seconds of processor time and more: as many times as there are workers, that is felt. What migrated
is thrown away by the next run, which migrates anew.
"""

import fcntl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import connection


def copy_migrated(worker: str, shared: Path) -> None:
    """Makes this worker's database, and lets Django's test database be that one. `shared`: a folder of this run."""
    creation, names = connection.creation, connection.settings_dict
    with (shared / "database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        migrated = shared / "database"
        if migrated.exists():
            names["NAME"] = migrated.read_text()
        else:
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            migrated.write_text(str(names["NAME"]))
        connection.close()
        copy = str(creation.get_test_db_clone_settings(worker)["NAME"])
        if connection.vendor == "sqlite":
            for tail in ("-wal", "-shm"):  # of a run that was killed: SQLite would write it into the copy
                Path(copy + tail).unlink(missing_ok=True)
        creation.clone_test_db(worker, verbosity=0, autoclobber=True)
    names["TEST"]["NAME"] = copy


def emptied(style: Any, tables: Sequence[str], **_: Any) -> list[str]:
    """Statements that empty tables on PostgreSQL, in one transaction: its constraints are checked at the end.

    Django's TRUNCATE makes new files for all of a hundred tables and their indexes, a second each time; of these a test
    filled a few.
    """
    quoted = {name: connection.ops.quote_name(name) for name in tables}
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quoted[name]})" for name in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [f"DELETE FROM {quoted[name]};" for (name,) in cursor.fetchall()]  # noqa: S608
