"""Who the children are: one list of commands."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django_q.tasks import async_task

from config.checks import clusters
from config.env import BASE_DIR
from config.supervisor.child import Child
from config.supervisor.pulse import Pulse
from config.supervisor.watch import Supervisor

MANAGE = str(Path(BASE_DIR) / "manage.py")
SWEEPER = "optimization.tasks.sweep"


def manage(*arguments: str) -> list[str]:
    """Command line of one of our management commands in this very interpreter."""
    return [sys.executable, MANAGE, *arguments]


def web(bind: str, workers: int, threads: int) -> Child:
    """gunicorn with threads: the pages are short, and a slow reader holds a thread and not a process."""
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", bind, "--worker-class", "gthread"]
    command += ["--workers", str(workers), "--threads", str(threads), "--no-control-socket"]
    command += ["--graceful-timeout", "3", "--log-level", "warning", "--chdir", str(BASE_DIR)]
    return Child("web", command)


def queue(cluster: str) -> Child:
    return Child(cluster, manage("qcluster"), {"Q_CLUSTER_NAME": cluster})


def send(cluster: str, function: str, *args: Any) -> None:
    """One task into one cluster's queue; its result is kept nowhere."""
    close_old_connections()
    async_task(function, *args, cluster=cluster, save=False)


def supervisor(bind: str, workers: int, threads: int, grace: float, others: Sequence[Child] = ()) -> Supervisor:
    """Web and both queues, and `others` before them."""
    known = clusters()
    names = (settings.Q_ACT, settings.Q_WORK)
    pulses = [Pulse(name, known[name]["workers"], known[name]["timeout"]) for name in names]
    children = [*others, *(queue(name) for name in names), web(bind, workers, threads)]
    return Supervisor(children, pulses, send, SWEEPER, grace)
