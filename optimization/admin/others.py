"""Other apps' tables in our admin: users, log-in helpers and the task queue, for the installation's administrator."""

# Third-party admin classes are untyped here, so subclassing them counts as subclassing Any.
# mypy: disallow-subclassing-any=False

from typing import Any

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django_q.admin import FailAdmin, QueueAdmin, ScheduleAdmin, TaskAdmin
from django_q.models import Failure, OrmQ, Schedule, Success

from optimization.admin.base import OwnerOnly


class LookOnly(OwnerOnly):
    """Tasks are sent and scheduled by code alone: a hand-made row could stop every schedule."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Users(OwnerOnly, UserAdmin):  # type: ignore[type-arg]
    pass


class Groups(OwnerOnly, GroupAdmin):
    pass


class EmailAddresses(OwnerOnly, EmailAddressAdmin):
    pass


class Authenticators(OwnerOnly, AuthenticatorAdmin):
    """Their secrets are never shown; deleting one lets a person who lost their phone back in."""

    exclude = ("data",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Tasks(LookOnly, TaskAdmin):
    pass


class Failures(LookOnly, FailAdmin):
    pass


class Schedules(LookOnly, ScheduleAdmin):
    pass


class Queued(LookOnly, QueueAdmin):
    pass


OURS: dict[Any, Any] = {
    User: Users,
    Group: Groups,
    EmailAddress: EmailAddresses,
    Authenticator: Authenticators,
    Success: Tasks,
    Failure: Failures,
    Schedule: Schedules,
    OrmQ: Queued,
}
for model, model_admin in OURS.items():
    if admin.site.is_registered(model):
        admin.site.unregister(model)
    admin.site.register(model, model_admin)
