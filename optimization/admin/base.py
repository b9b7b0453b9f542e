"""What every admin page here shares: rows by `visible_to`, read-only where nobody may edit, one door's `now`."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from metaads.clock import business_now
from metaads.models import AdAccount, Membership, Role
from metaads.models.membership import has_role

if TYPE_CHECKING:  # generic for the type checker only: Django's own classes take no brackets at run time
    BaseAdmin = admin.ModelAdmin[Any]
    BaseForm = ModelForm[Any]
else:
    BaseAdmin, BaseForm = admin.ModelAdmin, ModelForm


def visible(request: HttpRequest) -> QuerySet[AdAccount]:
    return AdAccount.objects.visible_to(request.user)


def administered(request: HttpRequest) -> QuerySet[AdAccount]:
    """The accounts in which the user is admin, asked of the database at each call."""
    user = user_of(request)
    if user.is_superuser:
        return AdAccount.objects.all()
    held = Membership.objects.filter(user=user, role=Role.ADMIN).values("account")
    return AdAccount.objects.filter(pk__in=held)


def administers_any(request: HttpRequest) -> bool:
    """Whether there is anything that the user could add a row for."""
    return user_of(request).is_superuser or administered(request).exists()


def user_of(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # noqa: S101  (the admin site lets nobody else in; tells mypy)
    return request.user


class VisibleAdmin(BaseAdmin):
    """Rows of the accounts that the user may see. `account_path`: lookup from the model to its ad account.

    Without a path only the installation's administrator sees anything: deny by default.
    """

    account_path: ClassVar[str] = ""
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if user_of(request).is_superuser:
            return rows
        return rows.filter(**{f"{self.account_path}__in": visible(request)}) if self.account_path else rows.none()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Account choices are those that the user may see."""
        if db_field.related_model is AdAccount:
            kwargs["queryset"] = visible(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is AdAccount:
            kwargs["queryset"] = visible(request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def administers(self, request: HttpRequest, account: AdAccount | None) -> bool:
        """Admin of the account; what belongs to none is for the installation's administrator."""
        user = user_of(request)
        return user.is_superuser or (account is not None and has_role(user, account, Role.ADMIN))

    def now(self, account: AdAccount | None = None) -> datetime:
        return business_now(account)


class GovernedAdmin(VisibleAdmin):
    """Added and changed by admins of the account alone, whatever Django's own permissions say: `account` in the model.

    Its form offers only the accounts that the user administers, so neither the old nor the new one can be another.
    """

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is AdAccount:
            kwargs["queryset"] = administered(request)
            return admin.ModelAdmin.formfield_for_foreignkey(self, db_field, request, **kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and administers_any(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or self.administers(request, obj.account))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or self.administers(request, obj.account))


class ReadOnlyAdmin(VisibleAdmin):
    """Looked at, never edited here: no add, no change, no delete for anybody."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class KeptAdmin(VisibleAdmin):
    """May be edited, never deleted: history must stay whole."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class OwnerOnly:
    """For other apps' tables that know no ad account: the installation's administrator alone."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return rows if user_of(request).is_superuser else rows.none()
