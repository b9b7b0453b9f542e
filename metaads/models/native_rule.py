"""Meta's own automated rules: a second engine that edits the same objects."""

from django.db import models

from metaads.models.account import AdAccount


class NativeRule(models.Model):
    """One rule of `adrules_library`, its specifications as Meta gives them (money there in minor units)."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="native_rules")
    meta_id = models.CharField(max_length=32)
    name = models.CharField(max_length=400, blank=True)
    status = models.CharField(max_length=20, blank=True, help_text="ENABLED, DISABLED, HAS_ISSUES or DELETED.")
    evaluation_spec = models.JSONField(default=dict, blank=True)
    execution_spec = models.JSONField(default=dict, blank=True)
    schedule_spec = models.JSONField(default=dict, blank=True)
    governed_ids = models.JSONField(default=list, blank=True, help_text="Objects that Meta says it governs, as asked.")
    created_by = models.CharField(max_length=200, blank=True)
    created_time = models.DateTimeField(null=True, blank=True)
    updated_time = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(help_text="Business time of the last read.")
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "meta_id"], name="one_native_rule")]

    def __str__(self) -> str:
        return self.name or self.meta_id
