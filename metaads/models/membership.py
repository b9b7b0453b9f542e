"""Who may do what in which ad account. Superuser = installation administrator; everybody else by membership."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models

from metaads.models.account import AdAccount


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    MANAGER = "manager", "Manager"
    ADMIN = "admin", "Admin"


RANK = {Role.VIEWER: 1, Role.MANAGER: 2, Role.ADMIN: 3}


class Membership(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "account"], name="one_role_per_account")]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.account}"


def has_role(user: User | AnonymousUser, account: AdAccount, least: Role) -> bool:
    """Whether `user` has at least role `least` in `account`, read from the database at each call."""
    if not user.is_authenticated or not user.is_active:
        return False
    if user.is_superuser:
        return True
    held = Membership.objects.filter(user=user, account=account).values_list("role", flat=True).first()
    return held is not None and RANK[Role(held)] >= RANK[least]
