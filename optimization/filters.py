"""The queue's filters."""

from datetime import datetime, timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from metaads.models import AdAccount, Level
from optimization.kinds import KINDS
from optimization.models import Action, Rule, Source

AGES = {"4": "last 4 hours", "24": "last 24 hours", "72": "last 3 days", "168": "last 7 days", "720": "last 30 days"}


def accounts_of(request: HttpRequest | None) -> QuerySet[AdAccount]:
    return AdAccount.objects.visible_to(request.user) if request else AdAccount.objects.none()


def rules_of(request: HttpRequest | None) -> QuerySet[Rule]:
    """Rules that have proposed something in an account that the user may see."""
    versions = Action.objects.filter(account__in=accounts_of(request)).values("rule_version__rule")
    return Rule.objects.filter(pk__in=versions).order_by("name")


class ActionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`now` is business time, for the age."""

    q = django_filters.CharFilter(method="search", label="Search")
    kind = django_filters.ChoiceFilter(choices=[(k.key, k.label) for k in KINDS.values()], empty_label="Any kind")
    level = django_filters.ChoiceFilter(choices=Level.choices, empty_label="Any level")
    rule = django_filters.ModelChoiceFilter(
        queryset=rules_of, field_name="rule_version__rule", empty_label="Any rule", label="Rule"
    )
    source = django_filters.ChoiceFilter(choices=Source.choices, empty_label="Anybody", label="Proposed by")
    age = django_filters.ChoiceFilter(
        choices=list(AGES.items()), method="younger", empty_label="Any age", label="Proposed"
    )

    class Meta:
        model = Action
        fields = ["q", "kind", "level", "rule", "source", "age"]

    def __init__(self, data: QueryDict, *, queryset: QuerySet[Action], request: HttpRequest, now: datetime) -> None:
        super().__init__(data, queryset=queryset, request=request)
        self.now = now

    def search(self, queryset: QuerySet[Action], name: str, value: Any) -> QuerySet[Action]:
        """By name or Meta id of the entity, or by the reason."""
        text = str(value).strip()
        names = Q(entity_name__icontains=text) | Q(campaign_name__icontains=text)
        return queryset.filter(names | Q(entity_id=text) | Q(reason__icontains=text))

    def younger(self, queryset: QuerySet[Action], name: str, value: Any) -> QuerySet[Action]:
        return queryset.filter(proposed_at__gte=self.now - timedelta(hours=int(value)))
