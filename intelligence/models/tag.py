"""Tags that people give campaigns, ad sets and ads (through optimization's door). Meta knows nothing of them."""

from django.db import models

from metaads.models import AdAccount, Level


class EntityTag(models.Model):
    """One tag of one entity, in small letters. `entity_id` is its Meta id."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="entity_tags")
    level = models.CharField(max_length=10, choices=Level.choices)
    entity_id = models.CharField(max_length=32)
    tag = models.CharField(max_length=40)

    class Meta:
        db_table = "intel_entity_tag"
        constraints = [
            models.UniqueConstraint(fields=["account", "level", "entity_id", "tag"], name="entity_has_a_tag_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} on {self.level} {self.entity_id}"
