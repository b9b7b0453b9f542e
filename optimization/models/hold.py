"""Which objects at Meta an action holds while it is carried out: one action at a time per entity.

An action of several steps holds every object that it changes. Rows are inserted in the transaction of the claim (the
database refuses a second holder) and deleted in the one that ends the action.
"""

from django.db import models

from metaads.models import AdAccount
from optimization.models.action import Action


class Hold(models.Model):
    """Also kept while an action needs a person."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10)
    entity_id = models.CharField(max_length=32)
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="holds")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "level", "entity_id"], name="one_holder_per_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.entity_id} held by {self.action_id}"
