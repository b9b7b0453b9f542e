"""The executor's journal: one row per key (action id and step). It alone has lease, fence, sent count and state."""

from django.db import models

from metaads.models.account import AdAccount
from metaads.models.level import Level


class JournalStep(models.Model):
    """One write at Meta: an absolute value set, an object copied or created. Times are machine time (the database's).

    `old` and `new` are null where an object is made; then `params` says what, `marker` is the part of its name by which
    a repeat finds it, and `made_id` what was found or made.
    """

    class Op(models.TextChoices):
        SET = "set", "Set a value"
        COPY = "copy", "Copy"
        CREATE = "create", "Create"

    class State(models.TextChoices):
        OPEN = "open", "Not sent, or to be sent again"
        CLAIMED = "claimed", "A worker has it"
        UNCERTAIN = "uncertain", "Sent, outcome unknown"
        DONE = "done", "In effect at Meta"
        FAILED = "failed", "Not in effect, final"
        NEEDS_PERSON = "needs_person", "A person must look"

    key = models.CharField(max_length=80, unique=True)
    account = models.ForeignKey(AdAccount, on_delete=models.PROTECT, related_name="+")
    op = models.CharField(max_length=6, choices=Op.choices, default=Op.SET)
    level = models.CharField(max_length=10, choices=Level.choices)
    entity_id = models.CharField(max_length=32, help_text="What is changed or copied, or the parent of what is made.")
    field = models.CharField(max_length=40, blank=True, help_text="status, a budget, bid, targeting")
    old = models.JSONField(null=True, blank=True, help_text="Value that the proposal saw.")
    new = models.JSONField(null=True, blank=True, help_text="Absolute value wanted.")
    params = models.JSONField(default=dict, blank=True)
    marker = models.CharField(max_length=80, blank=True)
    made_id = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=14, choices=State.choices, default=State.OPEN)
    fence = models.PositiveIntegerField(default=0)
    sent = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    last_seen = models.JSONField(null=True, blank=True, help_text="Value last read at Meta.")
    request = models.JSONField(default=dict, blank=True)
    answer = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    fbtrace_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_try_at"], name="journal_due")]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"
