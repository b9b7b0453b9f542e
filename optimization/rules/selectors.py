"""Which rules there are to evaluate, and who may see and change which."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet

from metaads.models import AdAccount, Membership, Role
from optimization.models import Rule

DECIDING = (Role.MANAGER, Role.ADMIN)


def active_rules(account: AdAccount) -> QuerySet[Rule]:
    """Active rules that cover `account`: those that name it, and those that name none and whose owner decides
    there (manager or admin; looking on is not enough to let a rule act). Without those that a stop of the account
    suspended there.

    In a fixed order (priority, then age), with their current versions.
    """
    return active_rules_in([account.pk]).exclude(suspended_by__account=account)


def active_rules_in(accounts: Iterable[int] | QuerySet[AdAccount, Any]) -> QuerySet[Rule]:
    """The same for any of several accounts (ids, or a query for them)."""
    ids = Rule.objects.filter(_covers(accounts), active=True, current__isnull=False).values("pk")
    return Rule.objects.filter(pk__in=ids).select_related("current__rule").order_by("-priority", "pk")


def active_here_and_elsewhere(account: AdAccount) -> tuple[list[Rule], list[Rule]]:
    """Active rules, with a version or without, that cover this account alone, and those that cover others too."""
    ids = Rule.objects.filter(_covers([account.pk]), active=True).values("pk")
    others = AdAccount.objects.exclude(pk=account.pk).values("pk")
    shared = set(Rule.objects.filter(_covers(others), pk__in=ids).values_list("pk", flat=True))
    rules = list(Rule.objects.filter(pk__in=ids).order_by("pk"))
    return [rule for rule in rules if rule.pk not in shared], [rule for rule in rules if rule.pk in shared]


def _covers(accounts: Iterable[int] | QuerySet[AdAccount, Any]) -> Q:
    return Q(accounts__in=accounts) | (Q(accounts__isnull=True) & _owner_decides(accounts))


def _owner_decides(accounts: Iterable[int] | QuerySet[AdAccount, Any]) -> Q:
    """Rules whose owner is manager or admin in one of `accounts`."""
    deciders = Membership.objects.filter(account__in=accounts, user__is_active=True, role__in=DECIDING)
    return Q(owner__in=deciders.values("user")) | Q(owner__is_superuser=True, owner__is_active=True)


def visible_rules(user: User | AnonymousUser) -> QuerySet[Rule]:
    """Rules that act, or would act, in an account that `user` may see, and the user's own; archived ones too.

    Rules that name an account; rules that name none and whose owner decides in one of the user's accounts.
    """
    rules = Rule.objects.select_related("current", "owner")
    if not user.is_authenticated:
        return rules.none()
    if user.is_superuser:
        return rules
    mine = AdAccount.objects.visible_to(user)
    for_all = Q(accounts__isnull=True) & (Q(owner=user) | (Q(owner__isnull=False) & _owner_decides(mine.values("pk"))))
    return rules.filter(pk__in=Rule.objects.filter(Q(accounts__in=mine) | for_all).values("pk"))


@dataclass(frozen=True)
class Reach:
    """What one user may see and change, read once and then asked for many rules (their accounts prefetched).

    `everywhere`: the installation's administrator. `sees`, `decides`: ids of accounts."""

    user_id: int
    everywhere: bool
    sees: frozenset[int]
    decides: frozenset[int]

    def may_edit(self, rule: Rule) -> bool:
        """Manager or more in every account that the rule names; one that names none is its owner's."""
        if self.everywhere:
            return True
        named = [account.pk for account in rule.accounts.all()]
        return self.decides.issuperset(named) if named else rule.owner_id == self.user_id

    def seen(self, rule: Rule) -> list[AdAccount]:
        """The accounts that the rule names and the user may see."""
        named = sorted(rule.accounts.all(), key=lambda account: (account.name, account.pk))
        return [account for account in named if self.everywhere or account.pk in self.sees]

    def hidden(self, rule: Rule) -> int:
        """How many accounts the rule names that the user may not see: their names are nobody else's business."""
        return len(rule.accounts.all()) - len(self.seen(rule))


def reach_of(user: User | AnonymousUser) -> Reach:
    """At most one query."""
    if not user.is_authenticated or not user.is_active:
        return Reach(0, False, frozenset(), frozenset())
    if user.is_superuser:
        return Reach(user.pk, True, frozenset(), frozenset())
    roles = dict(Membership.objects.filter(user=user).values_list("account_id", "role"))
    decides = frozenset(pk for pk, role in roles.items() if role in DECIDING)
    return Reach(user.pk, False, frozenset(roles), decides)


def may_edit(user: User | AnonymousUser, rule: Rule) -> bool:
    """Whether `user` may change, switch, archive or copy the rule."""
    return reach_of(user).may_edit(rule)


def covered_accounts(rule: Rule, user: User | AnonymousUser) -> list[AdAccount]:
    """The accounts in which the rule acts, or would act once it is on, among those that `user` may see; by name."""
    mine = AdAccount.objects.visible_to(user).select_related("connection").order_by("name", "pk")
    named = [account.pk for account in rule.accounts.all()]
    if named:
        return list(mine.filter(pk__in=named))
    owner = rule.owner
    if owner is None or not owner.is_active:
        return []
    decided = Membership.objects.filter(user=owner, role__in=DECIDING).values("account")
    return list(mine if owner.is_superuser else mine.filter(pk__in=decided))
