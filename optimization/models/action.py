"""The action queue: one row per intended change. Status changes only through `queue.states`."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from metaads.models import AdAccount, Level
from optimization.models.rule import RuleVersion
from optimization.models.run import Run


class Status(models.TextChoices):
    SUGGESTED = "suggested", "Suggested"
    PENDING = "pending_approval", "Waiting for approval"
    APPROVED = "approved", "Approved"
    EXECUTING = "executing", "Executing"
    UNCERTAIN = "uncertain", "Being verified"
    NEEDS_PERSON = "needs_person", "Needs a person"
    EXECUTED = "executed", "Executed"
    REVERTED = "reverted", "Reverted"
    FAILED = "failed", "Failed"
    REJECTED = "rejected", "Rejected"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"
    SUPERSEDED = "superseded", "Superseded"


OPEN_STATUSES = (Status.SUGGESTED, Status.PENDING)
IN_FLIGHT_STATUSES = (Status.EXECUTING, Status.UNCERTAIN, Status.NEEDS_PERSON)


ACCOUNT_LEVEL = "account"
"""Level of an action on the ad account as a whole: creating a campaign, moving money between CBO campaigns."""


class Source(models.TextChoices):
    """Who wants it; guard rails bind by source. An incident's reverts and pauses carry its id in `Action.incident`."""

    RULE = "rule", "Rule"
    OPTIMIZER = "optimizer", "Optimiser"
    ORCHESTRATOR = "orchestrator", "Orchestrator"
    PERSON = "person", "Person"
    UNDO = "undo", "Undo"
    INCIDENT = "incident", "Incident"


class Action(models.Model):
    """Values are what Meta stores: a status text, a budget as an integer in the minor unit, or an object of several
    fields (bid, targeting).

    An action of several steps (`steps`, see `optimization.steps`) has the field `steps`, and its values map
    "level:id:field" to the value of each field that it sets. All times are business time except `next_try_at`
    (machine time).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(AdAccount, on_delete=models.PROTECT, related_name="actions")
    level = models.CharField(max_length=10, choices=[*Level.choices, (ACCOUNT_LEVEL, "Ad account")])
    entity_id = models.CharField(max_length=32)
    entity_name = models.CharField(max_length=400)
    campaign_id = models.CharField(max_length=32, blank=True)
    campaign_name = models.CharField(max_length=400, blank=True)
    kind = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)

    source = models.CharField(max_length=12, choices=Source.choices)
    rule_version = models.ForeignKey(
        RuleVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="actions")
    undo_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undos")
    undone_with = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="also_undid",
        help_text="The undo of a later change of the same object that puts this one back too.",
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    field = models.CharField(max_length=40, help_text="status, a budget, bid, targeting; steps = several.")
    value_before = models.JSONField()
    value_wanted = models.JSONField(help_text="Before guard rails.")
    value_final = models.JSONField(help_text="After trimming: what will be sent.")
    currency = models.CharField(max_length=3)
    amount_pct = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    at_stake = models.BigIntegerField(null=True, blank=True, help_text="Minor unit per day; null = unknown.")

    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.TextField()
    trace = models.JSONField(default=list)
    metrics = models.JSONField(default=dict)
    data_read_at = models.DateTimeField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    confidence_note = models.CharField(max_length=200, blank=True)
    verdicts = models.JSONField(default=list)
    safety_score = models.FloatField(null=True, blank=True)
    overridden = models.JSONField(default=list, blank=True)

    status = models.CharField(max_length=18, choices=Status.choices)
    stale_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Raised at each change of content; approval names it.")
    proposed_at = models.DateTimeField()
    refreshed_at = models.DateTimeField()
    refresh_count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision_note = models.TextField(blank=True)
    modified_from = models.JSONField(null=True, blank=True)
    executing_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    executed_at = models.DateTimeField(null=True, blank=True)
    held_since = models.DateTimeField(null=True, blank=True, help_text="Approved, but execution was off or stopped.")
    reserved = models.JSONField(default=list, help_text="Limit counters raised by the claim: [name, day, amount].")
    by_hand = models.BooleanField(default=False)
    may_act_alone = models.BooleanField(
        default=False, help_text="Its rule is automatic and this entity is within its roll-out share."
    )
    undo_at = models.DateTimeField(null=True, blank=True, help_text="When the system undoes it, unless it is kept.")
    kept_at = models.DateTimeField(null=True, blank=True)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    next_try_at = models.DateTimeField(null=True, blank=True)
    outcome_note = models.TextField(blank=True, help_text="What happened, in a sentence.")
    steps = models.JSONField(default=list, blank=True, help_text="Plan of an action of several steps; empty = one.")
    made = models.JSONField(default=list, blank=True, help_text="Objects that it created: [{level, id, name}].")
    timed = models.JSONField(
        null=True, blank=True, help_text='A person\'s "undo it": {"hours": 4}, or {"hours": null} for today only.'
    )
    expected = models.JSONField(null=True, blank=True, help_text="Change over 7 days with interval and method.")
    incident = models.ForeignKey("Incident", on_delete=models.PROTECT, null=True, blank=True, related_name="actions")
    alone = models.BooleanField(default=False, help_text="Approved by the auto-approval policy, by no person.")
    why_not_alone = models.TextField(blank=True, help_text="Why an automatic source still waits for a person.")
    tags = models.JSONField(default=list, blank=True)
    notes = models.TextField(blank=True)

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "level", "entity_id", "kind"],
                condition=Q(status__in=["suggested", "pending_approval"]),
                name="one_open_proposal_per_entity_and_kind",
            ),
            models.UniqueConstraint(
                fields=["account", "level", "entity_id"],
                condition=Q(status__in=["executing", "uncertain", "needs_person"]),
                name="one_action_in_flight_per_entity",
            ),
            models.UniqueConstraint(
                fields=["undo_of"],
                condition=Q(status__in=["approved", "executing", "uncertain", "needs_person", "executed"]),
                name="undone_once",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "status", "-proposed_at"], name="action_queue"),
            models.Index(fields=["account", "level", "entity_id", "-executed_at"], name="action_by_entity"),
            models.Index(fields=["status", "next_try_at"], name="action_due"),
            models.Index(fields=["undo_at"], condition=Q(undo_at__isnull=False), name="action_undo_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.entity_name} ({self.status})"

    @property
    def binding_source(self) -> str:
        """By whom the guard rails bind it: what a person modified is a person's wish."""
        return Source.PERSON if self.modified_from else self.source
