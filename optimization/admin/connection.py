"""Admin of connections: set up, change, check, choose accounts. Secrets go in and never come out."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from metaads.models import AdAccount, Connection
from metaads.models.connection import default_api_version, default_graph_url
from metaads.sync.check import check_connection
from metaads.sync.connect import check_url, checked_version
from optimization.admin.base import BaseForm, VisibleAdmin, user_of
from optimization.connections import Credentials, change, choose_accounts, connect

HIDDEN = forms.PasswordInput(attrs={"autocomplete": "new-password"})


class ConnectionForm(BaseForm):
    """`token` and `app_secret` are never filled in: empty means the stored one stays."""

    graph_url = forms.CharField(label="Graph host", initial=default_graph_url)
    api_version = forms.CharField(label="API version", initial=default_api_version, max_length=10)
    token = forms.CharField(label="Access token", widget=HIDDEN, required=False, help_text="Of a system user.")
    app_secret = forms.CharField(label="App secret", widget=HIDDEN, required=False)

    class Meta:
        model = Connection
        fields = ("name", "graph_url", "api_version", "app_id", "sandbox")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        stored = not self.instance._state.adding
        if not stored and not values.get("token"):
            self.add_error("token", "A connection needs a token: make one for a system user in Business settings.")
        moved = stored and "graph_url" in values and values["graph_url"] != self.initial.get("graph_url")
        for name in ("token", "app_secret") if moved else ():
            if not values.get(name) and (name == "token" or values.get("app_id")):
                self.add_error(name, "Another host: enter it again, for the stored one is not sent there.")
        self._refused("graph_url", check_url, values)
        self._refused("api_version", checked_version, values)
        return values

    def _refused(self, name: str, check: Any, values: dict[str, Any]) -> None:
        try:
            check(values.get(name, ""))
        except ValueError as error:
            self.add_error(name, str(error))

    def credentials(self) -> Credentials:
        given = self.cleaned_data
        return Credentials(
            name=given["name"],
            graph_url=given["graph_url"],
            token=given["token"],
            app_id=given["app_id"],
            app_secret=given["app_secret"],
            sandbox=given.get("sandbox", self.instance.sandbox),
            api_version=given["api_version"],
        )


@admin.register(Connection)
class ConnectionAdmin(VisibleAdmin):
    """Members see what they work with; only the installation's administrator changes, checks and chooses."""

    form = ConnectionForm
    account_path = "accounts"
    actions = None
    list_display = ("name", "graph_url", "api_version", "sandbox", "state", "token_expires_at", "checked_at")
    list_filter = ("state", "sandbox")
    change_form_template = "admin/metaads/connection/change_form.html"
    WRITTEN: ClassVar[tuple[Any, ...]] = ("name", "graph_url", "api_version", "app_id", "app_secret", "token")
    FOUND: ClassVar[tuple[str, ...]] = (
        "state",
        "state_reason",
        "scopes",
        "token_expires_at",
        "checked_at",
        "created_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).distinct()

    def get_fields(self, request: HttpRequest, obj: Connection | None = None) -> list[Any]:
        if obj is None:
            return [*self.WRITTEN, "sandbox"]
        if not self.has_change_permission(request, obj):
            return ["name", "graph_url", "api_version", "app_id", "sandbox", *self.FOUND]
        return [*self.WRITTEN, "sandbox", *self.FOUND]

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> tuple[str, ...]:
        return () if obj is None else ("sandbox", *self.FOUND)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return user_of(request).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Connection | None = None) -> bool:
        return user_of(request).is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Connection | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        """Through the doors that write the ledger: the form's own copy is never saved."""
        try:
            saved = self._save(request, obj, form, change)
        except ValueError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        obj.pk = saved.pk
        obj.refresh_from_db()

    def _save(self, request: HttpRequest, obj: Connection, form: ConnectionForm, changed: bool) -> Connection:
        user, now = user_of(request), self.now()
        if not changed:
            return connect(form.credentials(), [], user, now)[0]
        stored = Connection.objects.get(pk=obj.pk)
        return change(stored, form.credentials(), user, self.now(stored.accounts.first()))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:pk>/check/", wrap(self.check_view), name="metaads_connection_check"),
            path("<uuid:pk>/accounts/", wrap(self.accounts_view), name="metaads_connection_accounts"),
            *super().get_urls(),
        ]

    def _own(self, request: HttpRequest, pk: Any) -> Connection:
        if not user_of(request).is_superuser:
            raise PermissionDenied
        return get_object_or_404(Connection, pk=pk)

    @method_decorator(require_POST)
    def check_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Asks Meta now, and shows scopes, expiry, accounts and what is missing."""
        link = self._own(request, pk)
        report = check_connection(link, self.now(link.accounts.first()))
        watched = set(AdAccount.objects.filter(connection=link).values_list("meta_id", flat=True))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Check of {link.name}",
            "link": link,
            "report": report,
            "watched": watched,
            "free": [account for account in report.accounts if account.meta_id not in watched],
        }
        return render(request, "admin/metaads/connection/check.html", context)

    @method_decorator(require_POST)
    def accounts_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Watches the chosen accounts."""
        link = self._own(request, pk)
        try:
            made = choose_accounts(link, request.POST.getlist("accounts"), user_of(request), self.now())
        except ValueError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            names = ", ".join(account.name for account in made)
            self.message_user(request, f"Watched from now on: {names}. The first read comes with the next tick.")
        return redirect("admin:metaads_connection_change", link.pk)
