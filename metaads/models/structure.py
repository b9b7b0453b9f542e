"""Mirror of campaigns, ad sets, ads and creatives. Budgets and bids: integers in Meta's minor unit; null = absent."""

from django.db import models

from metaads.models.account import AdAccount


class Node(models.Model):
    """What all mirrored objects share. Vanished objects stay, with `deleted_at` set."""

    account = models.ForeignKey(AdAccount, on_delete=models.CASCADE, related_name="+")
    meta_id = models.CharField(max_length=32)
    name = models.CharField(max_length=400, blank=True)
    status = models.CharField(max_length=32, blank=True)
    created_time = models.DateTimeField(null=True, blank=True)
    updated_time = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(help_text="Business time of the last read.")
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name or self.meta_id


class Delivering(Node):
    """Node with delivery: campaign, ad set, ad."""

    effective_status = models.CharField(max_length=32, blank=True)
    issues = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True


class Budgeted(Delivering):
    """Campaign or ad set: whatever can carry a budget."""

    daily_budget = models.BigIntegerField(null=True, blank=True)
    lifetime_budget = models.BigIntegerField(null=True, blank=True)
    budget_remaining = models.BigIntegerField(null=True, blank=True)
    bid_strategy = models.CharField(max_length=40, blank=True)
    start_time = models.DateTimeField(null=True, blank=True)
    stop_time = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Campaign(Budgeted):
    objective = models.CharField(max_length=40, blank=True)
    buying_type = models.CharField(max_length=20, blank=True)
    spend_cap = models.BigIntegerField(null=True, blank=True)
    special_ad_categories = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "meta_id"], name="one_campaign")]


class AdSet(Budgeted):
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="ad_sets")
    bid_amount = models.BigIntegerField(null=True, blank=True)
    bid_constraints = models.JSONField(default=dict, blank=True)
    daily_min_spend_target = models.BigIntegerField(null=True, blank=True, help_text="Below a campaign budget only.")
    daily_spend_cap = models.BigIntegerField(null=True, blank=True, help_text="Below a campaign budget only.")
    optimization_goal = models.CharField(max_length=40, blank=True)
    billing_event = models.CharField(max_length=40, blank=True)
    promoted_object = models.JSONField(default=dict, blank=True)
    targeting = models.JSONField(default=dict, blank=True)
    attribution_spec = models.JSONField(default=list, blank=True)
    learning_status = models.CharField(max_length=20, blank=True, help_text="Meta's string; empty = not reported.")
    learning_results = models.IntegerField(null=True, blank=True, help_text="Since the last significant edit.")
    last_significant_edit_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "meta_id"], name="one_ad_set")]


class Creative(Node):
    title = models.TextField(blank=True)
    body = models.TextField(blank=True)
    thumbnail_url = models.TextField(blank=True)
    call_to_action_type = models.CharField(max_length=40, blank=True)
    object_type = models.CharField(max_length=40, blank=True)
    link_url = models.TextField(blank=True)
    video_id = models.CharField(max_length=32, blank=True)
    image_hash = models.CharField(max_length=200, blank=True, help_text="Of its picture in the account's library.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "meta_id"], name="one_creative")]


class Ad(Delivering):
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="ads")
    ad_set = models.ForeignKey(AdSet, on_delete=models.CASCADE, related_name="ads")
    creative = models.ForeignKey(Creative, on_delete=models.SET_NULL, null=True, blank=True, related_name="ads")
    tracking_specs = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "meta_id"], name="one_ad")]
