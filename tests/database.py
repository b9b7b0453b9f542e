"""One worker of several migrates an empty database; every worker then tests on a copy of it.

Migrations are ten seconds of processor time and more: as many times as there are workers, that is felt. What migrated
is thrown away by the next run, which migrates anew.
"""

import fcntl
from pathlib import Path

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
