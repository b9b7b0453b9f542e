"""The evaluation log: what every rule said of every entity at every look, packed (written by `optimization.rules.log`).

A tick is one look at one level of one account. Its codes stand in blocks of 256 places; the place of an entity is its
position in the account's roster of the level, which only grows, so that one entity's codes are one small block a tick.
"""

from django.db import models

from metaads.models import AdAccount, Level


class EvaluationRoster(models.Model):
    """Meta ids of a level in the order in which rules first looked at them. A place is never given away again."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices)
    packed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "level"], name="one_roster_per_level")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.level}"


class EvaluationTick(models.Model):
    """One look. `at`: the frame's moment; `looked_at`: the run's; both business time. `places`: size of the roster."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices)
    kind = models.CharField(max_length=10, help_text="evaluate, or live: between two collections.")
    at = models.DateTimeField()
    looked_at = models.DateTimeField()
    places = models.PositiveIntegerField()
    packed = models.BinaryField(help_text="Rule versions in the order of the codes, and the texts of the reasons.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "level", "kind", "looked_at"], name="one_logged_look")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.level} {self.looked_at:%Y-%m-%d %H:%M}"


class EvaluationBlock(models.Model):
    """Codes of 256 places at one tick. A block in which no rule covers anything is not written."""

    tick = models.ForeignKey(EvaluationTick, on_delete=models.CASCADE, related_name="blocks", db_index=False)
    part = models.PositiveIntegerField(help_text="Place // 256.")
    packed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tick", "part"], name="one_block_per_part")]

    def __str__(self) -> str:
        return f"{self.tick_id} part {self.part}"
