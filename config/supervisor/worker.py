"""What a queue process does besides django-q2's own: die with its parent, say when it is busy."""

from django_q.signals import post_execute_in_worker, pre_execute

from config.supervisor.parentage import let_forks_die_with_us
from config.supervisor.pulse import mark_busy, mark_idle


def prepare() -> None:
    """Called once in `manage.py qcluster`, before it forks."""
    let_forks_die_with_us()
    pre_execute.connect(mark_busy, dispatch_uid="busy")
    post_execute_in_worker.connect(mark_idle, dispatch_uid="busy")
