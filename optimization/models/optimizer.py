"""How the optimiser works for an account, or for all that say nothing of their own."""

from django.db import models

from metaads.models import AdAccount


class Method(models.TextChoices):
    """How money is shared out (spec 40)."""

    PROPORTIONAL = "proportional", "In proportion to ROAS and confidence"
    MARGINAL = "marginal", "Until the last unit earns the same everywhere"
    THOMPSON = "thompson", "As marginal, and tries out what is uncertain"


class OptimizerSettings(models.Model):
    """Empty = the installation's row, then the environment's default. The row without an account is the installation's.

    ROAS are value per unit spent, percents are percent (10 = 10 %). `mode` auto lets the optimiser act alone only in
    accounts whose limits are in auto mode too.
    """

    class Mode(models.TextChoices):
        SUGGEST = "suggest", "Suggest: everything waits for a person"
        AUTO = "auto", "Auto: acts alone inside the limits, where the account is in auto mode"

    account = models.OneToOneField(AdAccount, on_delete=models.CASCADE, related_name="optimizer", null=True, blank=True)
    enabled = models.BooleanField(null=True, blank=True)
    mode = models.CharField(max_length=8, choices=Mode.choices, blank=True)
    method = models.CharField(max_length=12, choices=Method.choices, blank=True)
    preset = models.CharField(max_length=20, blank=True, editable=False, help_text="The last preset applied to it.")
    interval_seconds = models.PositiveIntegerField(null=True, blank=True)
    lookback_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="3, 7, 14 or 30; default 7.")
    scale_up_min_roas = models.FloatField(null=True, blank=True)
    scale_down_max_roas = models.FloatField(null=True, blank=True)
    pause_roas = models.FloatField(null=True, blank=True)
    break_even_roas = models.FloatField(
        null=True, blank=True, help_text="Value per unit spent at which a sale just pays: 1 / margin. Default 1.0."
    )
    max_daily_change_percent = models.FloatField(null=True, blank=True)
    reallocate_ratio = models.FloatField(null=True, blank=True, help_text="Largest over smallest ROAS; default 1.5.")
    reallocate_members = models.PositiveSmallIntegerField(null=True, blank=True, help_text="At least; default 3.")
    canary_percent = models.FloatField(
        null=True, blank=True, help_text="Only this share of the campaigns, chosen by a stable hash; empty = all."
    )

    class Meta:
        verbose_name = "optimiser settings"
        verbose_name_plural = "optimiser settings"
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(account__isnull=True), name="one_installation_row"
            )
        ]

    def __str__(self) -> str:
        return f"optimiser of {self.account or 'the installation'}"
