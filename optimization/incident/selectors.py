"""What pages ask of incidents."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, Q, QuerySet

from metaads.models import AdAccount
from optimization.models import EmergencyStop, Incident, Rule


def incidents_for(user: User | AnonymousUser) -> QuerySet[Incident]:
    """Those of the accounts that `user` may see; one of everything is seen by all who see an account."""
    rows = Incident.objects.select_related("account__connection", "stop__set_by", "stop__lifted_by", "opened_by")
    if not user.is_superuser:
        visible = AdAccount.objects.visible_to(user)
        mine = Q(account__in=visible)
        rows = rows.filter(mine | Q(account__isnull=True) if visible.exists() else mine)
    done = Count("actions", filter=Q(actions__executed_at__isnull=False))
    return rows.annotate(done=done).order_by("-opened_at", "-pk")


@dataclass(frozen=True)
class TurnedOff:
    """A rule that a stop turned off. `suspended`: only in the stopped account, and still so."""

    rule: Rule
    suspended: bool

    @property
    def on(self) -> bool:
        return self.rule.active and not self.suspended

    @property
    def state(self) -> str:
        if self.on:
            return "on again"
        return "off in this account, on in others" if self.rule.active else "off"


def rules_turned_off(stop: EmergencyStop | None) -> list[TurnedOff]:
    """The rules that it turned off, as they are now, by name; archived ones left out."""
    if stop is None:
        return []
    rows = Rule.objects.filter(pk__in=stop.disabled_rules, archived_at__isnull=True).order_by("name", "pk")
    held = set(stop.suspended.values_list("pk", flat=True))
    rules = rows.select_related("current").prefetch_related("accounts")
    return [TurnedOff(rule, rule.pk in held) for rule in rules]
