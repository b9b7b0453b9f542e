"""Goals: what an account wants more of, with what money, and what was made for it at Meta."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from metaads.models import AdAccount, Level
from optimization.models.action import Action


class OrchestratorSettings(models.Model):
    """Of one account. Amounts in its currency, major unit; shares are fractions (0.70), times are hours.

    Amounts are converted from the shipped dollars when the row is made (`metaads.exchange`) and are the account's own
    from then on; empty = no rate is shipped for the currency, and the run asks for the amount.
    """

    account = models.OneToOneField(AdAccount, on_delete=models.CASCADE, related_name="orchestrator")
    auto_scale_winners = models.BooleanField(default=False)
    auto_pause_losers = models.BooleanField(default=False)
    global_daily_budget = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    max_daily_budget = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    learning_share = models.FloatField(default=0.70)
    scaling_step = models.FloatField(default=0.20)
    scaling_variants = models.JSONField(
        default=list,
        blank=True,
        help_text='To compare ways of scaling, split over the goals by a stable hash: [{"name": "slow", "step": 0.1, '
        '"method": "fixed"}]. Methods: fixed, confident. Empty = the step above, fixed.',
    )
    promotion_cooldown_hours = models.FloatField(default=72)
    scaling_cooldown_hours = models.FloatField(default=24)
    winner_min_spend = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    winner_min_impressions = models.PositiveIntegerField(default=1500)
    winner_min_events = models.PositiveIntegerField(default=3)
    winner_min_hours = models.FloatField(default=24)
    winner_lead = models.FloatField(default=0.15, help_text="By how much it must beat the median, as a fraction.")
    loser_min_spend = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    loser_min_hours = models.FloatField(default=48)
    least_ad_set_budget = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    interval_hours = models.FloatField(default=6)
    page_id = models.CharField(max_length=32, blank=True, help_text="Facebook page that its ads speak for.")
    instagram_id = models.CharField(max_length=32, blank=True)
    pixel_id = models.CharField(max_length=32, blank=True)
    application_id = models.CharField(max_length=32, blank=True, help_text="Meta's id of the app that goals promote.")
    object_store_url = models.CharField(max_length=500, blank=True, help_text="The app's page in its store.")
    countries = models.JSONField(default=list, blank=True, help_text='Where goals advertise, such as ["DE", "AT"].')
    dsa_payor = models.CharField(max_length=370, blank=True, help_text="Who pays for ads shown in the EU.")
    dsa_beneficiary = models.CharField(max_length=370, blank=True, help_text="Whom ads shown in the EU benefit.")
    minutes_per_kind = models.JSONField(default=dict, blank=True, help_text="Minutes of work that an action saves.")
    last_run_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "orchestrator settings"
        verbose_name_plural = "orchestrator settings"

    def __str__(self) -> str:
        return f"orchestrator of {self.account}"

    @property
    def largest_step(self) -> float:
        """Of its ways of scaling, as a fraction."""
        return max([float(one["step"]) for one in self.scaling_variants] or [self.scaling_step])


class Goal(models.Model):
    """What an account wants: results of one signal, made by a learning and a scaling campaign of its own.

    `signal`: an action type, a pixel's custom event as the account reports it, or an insights field. `template`: the
    campaign template as `optimization.orchestrator.templates` ships it per key, and as edited since.
    """

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="goals")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    signal = models.CharField(max_length=120)
    priority = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1), MaxValueValidator(5)])
    budget_hint = models.DecimalField(
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="A day; empty = by priority.",
    )
    active = models.BooleanField(default=False)
    learning_share = models.FloatField(null=True, blank=True, help_text="Empty = the account's.")
    template = models.JSONField(default=dict)
    template_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    template_problem = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["account", "-priority", "key"]
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="one_goal_per_key")]

    def __str__(self) -> str:
        return f"{self.name} of {self.account}"


class GoalCreative(models.Model):
    """A creative that a goal may use once it is approved. `creative_id` empty: not at Meta yet, `spec` says what to
    make; `action`: the action that makes it."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"

    class Origin(models.TextChoices):
        CREATIVE = "creative", "Picked from the account's creatives"
        POST = "post", "Picked from the page's posts"
        MADE = "made", "Made here"

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="creatives")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    creative_id = models.CharField(max_length=32, blank=True)
    post_id = models.CharField(max_length=80, blank=True)
    spec = models.JSONField(default=dict, blank=True)
    action = models.ForeignKey(Action, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["goal", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_state_display()})"


class GoalObject(models.Model):
    """A campaign or ad set that is at Meta for a goal. `group`: the audience and creative that it tries, as
    "audience/creative"; `promoted_from`: id of the learning ad set that it was copied from."""

    class Role(models.TextChoices):
        LEARNING = "learning", "Learning"
        SCALING = "scaling", "Scaling"

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="objects_made")
    role = models.CharField(max_length=10, choices=Role.choices)
    level = models.CharField(max_length=10, choices=Level.choices)
    meta_id = models.CharField(max_length=32)
    campaign_id = models.CharField(max_length=32)
    group = models.CharField(max_length=120, blank=True)
    promoted_from = models.CharField(max_length=32, blank=True)
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["goal", "id"]
        constraints = [models.UniqueConstraint(fields=["goal", "level", "meta_id"], name="one_goal_object")]

    def __str__(self) -> str:
        return f"{self.role} {self.level} {self.meta_id} of {self.goal}"
