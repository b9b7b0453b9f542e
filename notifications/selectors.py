"""Questions about notifications."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet

from notifications.models import Notification


def for_subjects(subjects: Iterable[str], user: User | AnonymousUser, now: datetime) -> QuerySet[Notification]:
    """What `user` may see: about one of `subjects` or about everybody, newest first, expired ones left out."""
    mine = Q(user__isnull=True) | Q(user_id=user.pk)
    about = Q(subject__in=list(subjects)) | Q(subject="")
    alive = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return Notification.objects.filter(mine, about, alive).order_by("-updated_at", "-id")
