"""Whose data a page shows: the accounts that the user may see, and the one chosen in the top bar."""

from functools import cached_property

from django.http import HttpRequest

from metaads.models import AdAccount, Membership, Role
from metaads.models.membership import RANK

SESSION_KEY = "account"
ALL = "all"


class Scope:
    """Chosen by `?account=<id>|all`, kept in the session. Asks the database only for what a page uses."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user = request.user

    @cached_property
    def accounts(self) -> list[AdAccount]:
        return list(AdAccount.objects.visible_to(self.user).select_related("connection").order_by("name"))

    @cached_property
    def account(self) -> AdAccount | None:
        """The one account shown; None = all of them (or none exists)."""
        if len(self.accounts) == 1:
            return self.accounts[0]
        wanted = self.request.GET.get("account") if self.request.method == "GET" else None
        if wanted is not None and (wanted == ALL or wanted.isdigit()):
            self.request.session[SESSION_KEY] = wanted
        kept = str(self.request.session.get(SESSION_KEY, ALL))
        return next((account for account in self.accounts if str(account.pk) == kept), None)

    def narrow(self, account: AdAccount) -> None:
        """This page is about one account, whatever was chosen before; the choice itself stays."""
        self.__dict__["account"] = next((one for one in self.accounts if one.pk == account.pk), None)

    @cached_property
    def shown(self) -> list[AdAccount]:
        """The accounts that this page is about."""
        return [self.account] if self.account else self.accounts

    @cached_property
    def ids(self) -> list[int]:
        return [account.pk for account in self.shown]

    @cached_property
    def _roles(self) -> dict[int, str]:
        if not self.user.is_authenticated:
            return {}
        if self.user.is_superuser:
            return {account.pk: Role.ADMIN.value for account in self.accounts}
        return dict(Membership.objects.filter(user=self.user).values_list("account_id", "role"))

    def may_decide(self, account_id: int) -> bool:
        """Manager or more in that account."""
        role = self._roles.get(account_id)
        return role is not None and RANK[Role(role)] >= RANK[Role.MANAGER]

    @cached_property
    def decides_somewhere(self) -> bool:
        return any(self.may_decide(account_id) for account_id in self.ids)

    @cached_property
    def stoppable(self) -> list[AdAccount]:
        """Accounts that this user may stop."""
        return [account for account in self.accounts if self.may_decide(account.pk)]


def scope_of(request: HttpRequest) -> Scope:
    """One scope per request, so that view and frame ask the database once."""
    scope: Scope | None = getattr(request, "_scope", None)
    if scope is None:
        scope = Scope(request)
        request._scope = scope  # type: ignore[attr-defined]
    return scope
