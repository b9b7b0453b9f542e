"""Levels of Meta's structure; the values are those of the `level` parameter of insights."""

from django.db import models


class Level(models.TextChoices):
    CAMPAIGN = "campaign", "Campaign"
    AD_SET = "adset", "Ad set"
    AD = "ad", "Ad"
