"""Which rules there are to evaluate."""

from django.db.models import Q, QuerySet

from metaads.models import AdAccount, Membership, Role
from optimization.models import Rule


def active_rules(account: AdAccount) -> QuerySet[Rule]:
    """Active rules that cover `account`: those that name it, and those that name none and whose owner decides
    there (manager or admin; looking on is not enough to let a rule act).

    In a fixed order (priority, then age), with their current versions.
    """
    deciders = Membership.objects.filter(account=account, user__is_active=True, role__in=[Role.MANAGER, Role.ADMIN])
    decides = Q(owner__in=deciders.values("user")) | Q(owner__is_superuser=True, owner__is_active=True)
    covers = Q(accounts=account) | (Q(accounts__isnull=True) & decides)
    ids = Rule.objects.filter(covers, active=True, current__isnull=False).values("pk")
    return Rule.objects.filter(pk__in=ids).select_related("current__rule").order_by("-priority", "pk")
