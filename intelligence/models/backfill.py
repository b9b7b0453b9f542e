"""Work on an account's past that outlives a process: the back-fill as people see it, and the reports under way."""

from django.db import models

from metaads.models import AdAccount, Level


class Backfill(models.Model):
    """The past that is wanted of one account, and how far it got. One row an account. Times are machine time.

    `lease_until`: a worker carries this account's reports until then; nobody else does.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    account = models.OneToOneField(AdAccount, on_delete=models.CASCADE, related_name="backfill")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    first_day = models.DateField(help_text="Account's local date, included.")
    last_day = models.DateField(help_text="Account's local date, included.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    held_at_start = models.PositiveIntegerField(default=0, help_text="Level-days held when it started.")
    problem = models.TextField(blank=True, help_text="What holds it up; empty = nothing.")
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "intel_backfill"

    def __str__(self) -> str:
        return f"{self.account_id} {self.first_day} to {self.last_day} {self.state}"


class ReportRun(models.Model):
    """One asynchronous report that is wanted or under way at Meta. Gone once its rows are stored. Machine time.

    `run_id` "" = not started yet. A worker that finds a run with an id goes on with it.
    """

    class Purpose(models.TextChoices):
        GAP = "gap", "Gap"
        RESTATE = "restate", "Nightly re-read"
        HISTORY = "history", "Back-fill"

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    level = models.CharField(max_length=10, choices=Level.choices)
    first_day = models.DateField(help_text="Account's local date, included.")
    last_day = models.DateField(help_text="Account's local date, included.")
    run_id = models.CharField(max_length=32, blank=True)
    started_at = models.DateTimeField(null=True, blank=True, help_text="When Meta was asked; null = not yet.")
    ready = models.BooleanField(default=False, help_text="Meta says that it is finished; its rows are not read yet.")
    look_at = models.DateTimeField(help_text="Not before then.")
    looks = models.PositiveSmallIntegerField(default=0)
    percent = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)

    class Meta:
        db_table = "intel_report_run"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "purpose", "level", "first_day", "last_day"], name="one_report_per_range"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.purpose} {self.level} {self.first_day} to {self.last_day}"
