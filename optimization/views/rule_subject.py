"""The rule that a page is about: what the user may do with it, and in which of its accounts the page looks."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.models import Rule
from optimization.rules.selectors import Reach, covered_accounts, reach_of, visible_rules
from optimization.views.rule_words import document_of
from optimization.views.rules import ACCOUNTS
from optimization.views.scope import Scope, scope_of

FOR_MANAGERS = "Changing a rule is for managers of every account that it covers."


@dataclass(frozen=True)
class Subject:
    """One rule in one request; reads only what is asked of it."""

    request: HttpRequest
    scope: Scope
    rule: Rule
    reach: Reach

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)  # noqa: S101  (login_required; tells mypy)
        return self.request.user

    @property
    def may_edit(self) -> bool:
        return self.reach.may_edit(self.rule)

    @cached_property
    def accounts(self) -> list[AdAccount]:
        """Where it acts, among what the user may see."""
        return covered_accounts(self.rule, self.request.user)

    @cached_property
    def account(self) -> AdAccount | None:
        """The account that the page looks at: `?in=<id>`, else the one chosen above, else its first."""
        wanted = self.request.POST.get("in") or self.request.GET.get("in", "")
        by_id = {str(account.pk): account for account in self.accounts}
        chosen = str(self.scope.account.pk) if self.scope.account else ""
        return by_id.get(wanted) or by_id.get(chosen) or next(iter(self.accounts), None)

    @cached_property
    def now(self) -> datetime:
        return business_now(self.account)

    @cached_property
    def currency(self) -> str:
        """Of the accounts that it names, "" if they have several: then its amounts stand bare."""
        found = {account.currency for account in self.rule.accounts.all()}
        return found.pop() if len(found) == 1 else ""

    @property
    def document(self) -> dict[str, object]:
        return dict(document_of(self.rule))

    @property
    def href(self) -> str:
        return reverse("rule", args=[self.rule.public_id])


def find(request: HttpRequest, public_id: UUID) -> Subject:
    """Raises Http404 for a rule that acts in none of the user's accounts."""
    rule = get_object_or_404(visible_rules(request.user).prefetch_related(ACCOUNTS, "dry_looks"), public_id=public_id)
    return Subject(request, scope_of(request), rule, reach_of(request.user))


def find_to_edit(request: HttpRequest, public_id: UUID) -> Subject:
    """The same, for a change. Raises PermissionDenied where the user may only look."""
    subject = find(request, public_id)
    if not subject.may_edit:
        raise PermissionDenied(FOR_MANAGERS)
    return subject
