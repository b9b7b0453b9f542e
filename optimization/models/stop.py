"""Emergency stops. While one is in force no new write begins on any worker."""

from collections.abc import Iterable
from datetime import UTC

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from metaads.models import AdAccount
from metaads.moments import moment
from metaads.prepared import Prepared
from optimization.models.rule import Rule

TURNED_OFF = "Turned off by an emergency stop."
"""`Rule.disabled_reason` of the rules that a stop turned off."""


class EmergencyStopManager(models.Manager["EmergencyStop"]):
    """Questions about stops. Nothing is cached: every worker asks the database right before it writes."""

    def in_force(self, account: AdAccount | None = None) -> "EmergencyStop | None":
        """The stop that holds this account, its own or the one for everything; None given = only the latter."""
        if account is None:
            return self.filter(account__isnull=True, lifted_at__isnull=True).first()
        return _OF_ACCOUNT.first(account.pk)

    def over(self, account_ids: Iterable[int]) -> "models.QuerySet[EmergencyStop]":
        """Stops in force over any of these accounts, those of everything among them."""
        mine = Q(account__isnull=True) | Q(account_id__in=list(account_ids))
        return self.filter(mine, lifted_at__isnull=True).select_related("account", "set_by", "incident")

    def suspending(self) -> Exists:
        """In a query of actions: whether a stop, lifted or not, keeps the action's rule from its account."""
        return Exists(self.filter(account=OuterRef("account"), suspended=OuterRef("rule_version__rule")))

    def holding(self, account: AdAccount, incident_id: int | None) -> "EmergencyStop | None":
        """The stop that holds an action of this account. An action of an incident passes while the stop that the
        incident belongs to is in force; once that is lifted it is held like any other."""
        stop = self.in_force(account)
        if stop is None or incident_id is None:
            return stop
        return None if self.filter(incident=incident_id, lifted_at__isnull=True).exists() else stop


class EmergencyStop(models.Model):
    """`account` empty = everything. In force while `lifted_at` is empty."""

    account = models.ForeignKey(AdAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="stops")
    reason = models.TextField(blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    disabled_rules = models.JSONField(default=list, help_text="Ids of the rules that it turned off.")
    suspended: "models.ManyToManyField[Rule, models.Model]" = models.ManyToManyField(
        Rule,
        blank=True,
        related_name="suspended_by",
        editable=False,
        help_text="Rules that cover other accounts too: they propose nothing in this one until a person lets them.",
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lift_reason = models.TextField(blank=True)

    objects = EmergencyStopManager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(lifted_at__isnull=True), name="one_stop_per_account"
            ),
            models.UniqueConstraint(
                models.Value(1), condition=Q(lifted_at__isnull=True, account__isnull=True), name="one_stop_for_all"
            ),
        ]

    def __str__(self) -> str:
        return f"stop of {self.account or 'everything'}"

    def sentence(self, account: AdAccount | None = None) -> str:
        """The stop in words for people; its time in the zone of `account` or of the stopped one, else in UTC."""
        told = account or self.account
        since = moment(self.set_at, told.zone if told else UTC)
        what = "everything" if self.account_id is None else "this account"
        why = f": {self.reason}" if self.reason else "."
        return f"An emergency stop of {what} is in force since {since}{why}"


_OF_ACCOUNT = Prepared(
    lambda account: EmergencyStop.objects.filter(
        Q(account_id=account) | Q(account_id__isnull=True), lifted_at__isnull=True
    )[:1]
)
