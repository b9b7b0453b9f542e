"""Lists to find ids by: ad accounts, campaigns, ad sets and ads that the caller may see."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import generics, serializers

from metaads.models import Ad, AdAccount, AdSet, Campaign

_SHARED = ["id", "account", "name", "status", "effective_status", "created_time"]


class AccountRow(serializers.ModelSerializer[AdAccount]):
    id = serializers.CharField(source="meta_id", help_text="Meta's id, digits only.")
    timezone = serializers.CharField(source="timezone_name")

    class Meta:
        model = AdAccount
        fields = ["id", "name", "currency", "timezone", "active", "read_only"]


class CampaignRow(serializers.ModelSerializer[Campaign]):
    """Budgets are integers in Meta's minor unit of the account's currency; null = this object carries none."""

    id = serializers.CharField(source="meta_id")
    account = serializers.CharField(source="account.meta_id")

    class Meta:
        model = Campaign
        fields = [*_SHARED, "objective", "bid_strategy", "daily_budget", "lifetime_budget"]


class AdSetRow(serializers.ModelSerializer[AdSet]):
    """Budgets and bids are integers in Meta's minor unit; null = this object carries none."""

    id = serializers.CharField(source="meta_id")
    account = serializers.CharField(source="account.meta_id")
    campaign = serializers.CharField(source="campaign.meta_id")

    class Meta:
        model = AdSet
        fields = [*_SHARED, "campaign", "optimization_goal", "learning_status", "daily_budget", "lifetime_budget"]


class AdRow(serializers.ModelSerializer[Ad]):
    id = serializers.CharField(source="meta_id")
    account = serializers.CharField(source="account.meta_id")
    campaign = serializers.CharField(source="campaign.meta_id")
    ad_set = serializers.CharField(source="ad_set.meta_id")
    creative = serializers.CharField(source="creative.meta_id", default=None, allow_null=True)

    class Meta:
        model = Ad
        fields = [*_SHARED, "campaign", "ad_set", "creative"]


class EntityFilter(django_filters.FilterSet):  # type: ignore[misc]
    account = django_filters.CharFilter(field_name="account__meta_id", label="Meta id of the ad account")
    status = django_filters.CharFilter(label="Own status: ACTIVE, PAUSED ...")
    effective_status = django_filters.CharFilter(label="Effective status")
    name = django_filters.CharFilter(lookup_expr="icontains", label="Part of the name")


class InCampaign(EntityFilter):
    campaign = django_filters.CharFilter(field_name="campaign__meta_id", label="Meta id of the campaign")


class InAdSet(InCampaign):
    ad_set = django_filters.CharFilter(field_name="ad_set__meta_id", label="Meta id of the ad set")


class Accounts(generics.ListAPIView[AdAccount]):
    """Ad accounts that you may see."""

    serializer_class = AccountRow
    queryset = AdAccount.objects.none()

    def get_queryset(self) -> QuerySet[AdAccount]:
        return AdAccount.objects.visible_to(self.request.user)


class _Entities(generics.ListAPIView[Any]):
    related: tuple[str, ...] = ("account",)
    queryset: QuerySet[Any]

    def get_queryset(self) -> QuerySet[Any]:
        """What was not deleted at Meta, in the caller's accounts."""
        rows = self.queryset.all().select_related(*self.related)
        return rows.filter(account__in=AdAccount.objects.visible_to(self.request.user), deleted_at__isnull=True)


class Campaigns(_Entities):
    """Campaigns, as last mirrored from Meta."""

    serializer_class = CampaignRow
    filterset_class = EntityFilter
    queryset = Campaign.objects.all()


class AdSets(_Entities):
    """Ad sets, as last mirrored from Meta."""

    serializer_class = AdSetRow
    filterset_class = InCampaign
    related = ("account", "campaign")
    queryset = AdSet.objects.all()


class Ads(_Entities):
    """Ads, as last mirrored from Meta."""

    serializer_class = AdRow
    filterset_class = InAdSet
    related = ("account", "campaign", "ad_set", "creative")
    queryset = Ad.objects.all()
