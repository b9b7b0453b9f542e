"""Which jobs somebody may see."""

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet

from metaads.models import AdAccount
from optimization.models import Job


def visible_jobs(user: User | AnonymousUser, kind: str | None = None) -> QuerySet[Job]:
    """Jobs of the accounts that `user` may see, newest first, without their results (deferred)."""
    rows = Job.objects.filter(account__in=AdAccount.objects.visible_to(user)).select_related("account", "created_by")
    return (rows if kind is None else rows.filter(kind=kind)).defer("result")
