"""What a rule does before it is trusted: its dry first look, and the draws of its hold-out."""

from django.db import models

from metaads.models import AdAccount, Level
from optimization.models.rule import Rule, RuleVersion


class DryLook(models.Model):
    """The first evaluation of a rule for an account: what it would have done, while it could do nothing.

    `changes` are at most 100 of what it wanted, the largest stakes first: `{"level", "entity_id", "name", "kind",
    "field", "before", "wanted", "at_stake", "verdict", "reason"}`; `counts` counts all of them by verdict (`passed`,
    `blocked`, `skipped`). Money in the minor unit per day; null = unknown.
    """

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="dry_looks")
    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    looked_at = models.DateTimeField(help_text="Business time.")
    covered = models.PositiveIntegerField()
    matched = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    at_stake = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    counts = models.JSONField(default=dict)
    changes = models.JSONField(default=list)

    class Meta:
        ordering = ["-looked_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["rule", "account"], name="one_dry_look")]

    def __str__(self) -> str:
        return f"dry look of {self.rule} at {self.looked_at:%Y-%m-%d %H:%M}"


class HoldoutDraw(models.Model):
    """Whether the firings of one rule version on one entity are skipped, for seven days from the first one.

    Both answers are kept: what was held out is compared with what was not. `propensity`: the chance of being held out.
    """

    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="draws")
    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices)
    entity_id = models.CharField(max_length=32)
    since = models.DateTimeField(help_text="The firing that began the episode; business time.")
    until = models.DateTimeField()
    held = models.BooleanField()
    propensity = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule_version", "account", "level", "entity_id", "since"], name="one_draw_per_episode"
            )
        ]
        indexes = [models.Index(fields=["account", "until"], name="draws_in_force")]

    def __str__(self) -> str:
        return f"{self.rule_version} {self.level} {self.entity_id}: {'held out' if self.held else 'acts'}"
