"""Queue doors of what config owns. They take ids, and each works for a bounded time only."""

from datetime import timedelta

from django.conf import settings
from django_q.tasks import async_task

from config.forwarding import carry_on
from metaads.models import Connection

TURN = timedelta(seconds=45)
"""Short beside the queue's time limit; a turn ends with the step that it is in."""


def fast_forward(connection_id: str) -> str:
    """One turn of a fast-forward; queues the next one while there is more to do."""
    found = carry_on(Connection.objects.get(pk=connection_id, sandbox=True), TURN)
    if found.state == "running":
        async_task("config.tasks.fast_forward", connection_id, cluster=settings.Q_WORK, save=False)
    return f"{found.state}, {found.percent} %"
