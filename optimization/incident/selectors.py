"""What pages ask of incidents."""

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, Q, QuerySet

from metaads.models import AdAccount
from optimization.models import Incident, Rule


def incidents_for(user: User | AnonymousUser) -> QuerySet[Incident]:
    """Those of the accounts that `user` may see; one of everything is seen by all who see an account."""
    rows = Incident.objects.select_related("account__connection", "stop__set_by", "stop__lifted_by", "opened_by")
    if not user.is_superuser:
        visible = AdAccount.objects.visible_to(user)
        mine = Q(account__in=visible)
        rows = rows.filter(mine | Q(account__isnull=True) if visible.exists() else mine)
    done = Count("actions", filter=Q(actions__executed_at__isnull=False))
    return rows.annotate(done=done).order_by("-opened_at", "-pk")


def rules_turned_off(incident: Incident) -> list[Rule]:
    """The rules that its stop turned off, as they are now, by name; archived ones left out."""
    ids = incident.stop.disabled_rules if incident.stop else []
    rows = Rule.objects.filter(pk__in=ids, archived_at__isnull=True).order_by("name", "pk")
    return list(rows.select_related("current").prefetch_related("accounts"))
