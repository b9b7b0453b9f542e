"""Rows of `metaads` for tests. Defaults: a working sandbox connection, a EUR account in Berlin, everything ACTIVE."""

# factory-boy is untyped for mypy here: its base classes count as Any.
# mypy: disallow-subclassing-any=False

from datetime import UTC, datetime

import factory
from django.contrib.auth.models import User
from factory.django import DjangoModelFactory

from metaads.models import Ad, AdAccount, AdSet, Campaign, Connection, Creative, Membership, Role

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    password = factory.django.Password("a good long password")


class ConnectionFactory(DjangoModelFactory[Connection]):
    class Meta:
        model = Connection

    name = factory.Sequence(lambda n: f"Connection {n}")
    graph_url = "http://sandbox.invalid"
    app_id = "1000"
    app_secret = "factory-app-secret"
    access_token = "factory-access-token"
    sandbox = True
    state = Connection.State.OK


class AdAccountFactory(DjangoModelFactory[AdAccount]):
    class Meta:
        model = AdAccount

    connection = factory.SubFactory(ConnectionFactory)
    meta_id = factory.Sequence(lambda n: str(10_000_000 + n))
    name = factory.Sequence(lambda n: f"Account {n}")
    currency = "EUR"
    timezone_name = "Europe/Berlin"
    account_status = 1
    connected_at = datetime(2026, 9, 1, tzinfo=UTC)


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    account = factory.SubFactory(AdAccountFactory)
    role = Role.MANAGER


class CampaignFactory(DjangoModelFactory[Campaign]):
    """Without a budget: the ad sets carry it (ABO). Pass daily_budget for CBO."""

    class Meta:
        model = Campaign

    account = factory.SubFactory(AdAccountFactory)
    meta_id = factory.Sequence(lambda n: str(20_000_000 + n))
    name = factory.Sequence(lambda n: f"Campaign {n}")
    status = effective_status = "ACTIVE"
    objective = "OUTCOME_SALES"
    buying_type = "AUCTION"
    created_time = datetime(2026, 9, 1, tzinfo=UTC)
    synced_at = NOW


class AdSetFactory(DjangoModelFactory[AdSet]):
    """100.00 a day. Its account is its campaign's."""

    class Meta:
        model = AdSet

    campaign = factory.SubFactory(CampaignFactory)
    account = factory.SelfAttribute("campaign.account")
    meta_id = factory.Sequence(lambda n: str(30_000_000 + n))
    name = factory.Sequence(lambda n: f"Ad set {n}")
    status = effective_status = "ACTIVE"
    daily_budget = 10_000
    bid_strategy = "LOWEST_COST_WITHOUT_CAP"
    optimization_goal = "OFFSITE_CONVERSIONS"
    billing_event = "IMPRESSIONS"
    created_time = datetime(2026, 9, 1, tzinfo=UTC)
    synced_at = NOW


class CreativeFactory(DjangoModelFactory[Creative]):
    class Meta:
        model = Creative

    account = factory.SubFactory(AdAccountFactory)
    meta_id = factory.Sequence(lambda n: str(50_000_000 + n))
    name = factory.Sequence(lambda n: f"Creative {n}")
    status = "ACTIVE"
    synced_at = NOW


class AdFactory(DjangoModelFactory[Ad]):
    """Campaign and account are those of its ad set."""

    class Meta:
        model = Ad

    ad_set = factory.SubFactory(AdSetFactory)
    campaign = factory.SelfAttribute("ad_set.campaign")
    account = factory.SelfAttribute("ad_set.account")
    creative = factory.SubFactory(CreativeFactory, account=factory.SelfAttribute("..account"))
    meta_id = factory.Sequence(lambda n: str(40_000_000 + n))
    name = factory.Sequence(lambda n: f"Ad {n}")
    status = effective_status = "ACTIVE"
    created_time = datetime(2026, 9, 1, tzinfo=UTC)
    synced_at = NOW
