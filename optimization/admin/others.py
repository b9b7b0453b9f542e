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
from knox.admin import AuthTokenAdmin
from knox.models import AuthToken

from metaads.clock import business_now
from optimization.admin.base import OwnerOnly
from optimization.tokens import withdraw_token


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


class Tokens(OwnerOnly, AuthTokenAdmin):
    """People make their own tokens; here the administrator sees who has one, and withdraws it."""

    list_display = ("token_key", "user", "created", "expiry")
    search_fields = ("token_key", "user__username")
    fields = ("token_key", "user", "created", "expiry")
    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        assert isinstance(request.user, User)  # noqa: S101  (the admin's own log-in; tells mypy)
        withdraw_token(obj.user, obj.token_key, business_now(), by=request.user)


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
    AuthToken: Tokens,
    Success: Tasks,
    Failure: Failures,
    Schedule: Schedules,
    OrmQ: Queued,
}
for model, model_admin in OURS.items():
    if admin.site.is_registered(model):
        admin.site.unregister(model)
    admin.site.register(model, model_admin)
