"""The nursery's process: reads orders (JSON lines), forks a worker for each job, reaps, answers with one number.

It never opens a database connection itself, so that every worker begins with its own.
"""

import json
import os
import sys
import traceback
from typing import Any

import django


def _born(job: str, arguments: dict[str, Any]) -> None:
    """The worker's whole life; ends the process."""
    from tests.benchmarks.chaos import jobs

    os.dup2(2, 1)  # the answers' pipe is the nursery's alone
    try:
        jobs.JOBS[job](**arguments)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _obey(order: dict[str, Any]) -> int:
    if order["do"] == "reap":
        return os.waitstatus_to_exitcode(os.waitpid(order["pid"], 0)[1])
    if order["do"] == "start":
        pid = os.fork()
        if pid == 0:
            _born(order["job"], order["arguments"])
        return pid
    return 0


def main() -> None:
    django.setup()
    from tests.benchmarks.chaos import jobs  # noqa: F401 - loaded once, for all workers

    for line in sys.stdin:
        sys.stdout.write(f"{_obey(json.loads(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
