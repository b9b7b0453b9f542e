"""The one place that puts work into django-q2. The action row is the truth; a message only says "look at it"."""

from functools import partial

from django.conf import settings
from django.db import transaction
from django_q.tasks import async_task


def _send(action_id: int) -> None:
    async_task("optimization.tasks.run_action", action_id, cluster=settings.Q_ACT, save=False)


def wake_executor(action_id: int) -> None:
    """Asks the act cluster to look at an action, once the surrounding transaction has committed.

    A message that is lost or doubled is harmless: the claim decides, and the sweeper looks for what was lost.
    """
    transaction.on_commit(partial(_send, action_id))
