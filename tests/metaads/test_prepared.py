"""Prepared statements say what the querysets say, with any values."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.db.models import F, Max
from pytest_django import DjangoAssertNumQueries

from metaads.models import AdAccount, ApiUsage, Level, SideRead, SwitchState
from metaads.prepared import Prepared, PreparedUpdate, upsert
from tests.factories.metaads import AdAccountFactory

NOW = datetime(2026, 3, 1, 12, 30, 0, 250, tzinfo=UTC)
pytestmark = pytest.mark.django_db

READS = Prepared(
    lambda account, after: (
        SideRead.objects.filter(account_id=account, read_at__gt=after).order_by("what").values_list("what", "read_at")
    )
)
NAMED = Prepared(lambda account, names: SideRead.objects.filter(account_id=account, what__in=names).order_by("what"))
LATEST = Prepared(
    lambda account: (
        SideRead.objects.filter(account_id=account)
        .values_list("account_id")
        .annotate(last=Max("read_at"))
        .order_by("account_id")
    )
)
OFF = Prepared(lambda: SwitchState.objects.filter(on=False).values_list("name", flat=True))


@pytest.fixture
def account() -> AdAccount:
    account = AdAccountFactory()
    for n, what in enumerate(("changes", "health", "pixels")):
        SideRead.objects.create(account=account, what=what, read_at=NOW + timedelta(hours=n))
    return account


def test_rows_are_those_of_the_queryset_and_times_are_aware(account: AdAccount) -> None:
    assert READS(account.pk, NOW) == [("health", NOW + timedelta(hours=1)), ("pixels", NOW + timedelta(hours=2))]
    assert READS(account.pk, NOW + timedelta(hours=1)) == [("pixels", NOW + timedelta(hours=2))]
    assert READS(account.pk + 1, NOW) == []


def test_whole_objects_can_be_saved(account: AdAccount) -> None:
    found = NAMED.first(account.pk, ["health"])
    assert found == SideRead.objects.get(what="health")
    assert found is not None
    found.problem = "It fails."
    found.save(update_fields=["problem"])
    assert SideRead.objects.get(what="health").problem == "It fails."


def test_lists_of_any_length_even_of_none(account: AdAccount) -> None:
    assert [one.what for one in NAMED(account.pk, ["pixels", "changes"])] == ["changes", "pixels"]
    assert [one.what for one in NAMED(account.pk, ("pixels",))] == ["pixels"]
    assert NAMED(account.pk, []) == []
    assert NAMED.first(account.pk, []) is None


def test_aggregates_and_no_values_at_all(account: AdAccount) -> None:
    assert LATEST(account.pk) == [(account.pk, NOW + timedelta(hours=2))]
    SwitchState.objects.create(name="ENABLE_RULES_ENGINE", on=False)
    assert OFF() == ["ENABLE_RULES_ENGINE"]


def test_choices_and_days_are_taken(account: AdAccount) -> None:
    names = Prepared(lambda one: AdAccount.objects.filter(name=one).values_list("name", flat=True))
    AdAccountFactory(name="ad")
    assert names(Level.AD) == ["ad"]
    days = Prepared(lambda day: SideRead.objects.filter(read_at__date=day).values_list("what", flat=True)[:1])
    assert days(date(2026, 3, 1)) == ["changes"]
    assert days.first(date(2026, 3, 2)) is None


def test_only_what_it_can_read_is_prepared() -> None:
    with pytest.raises(TypeError, match="values_list"):
        Prepared(lambda: SideRead.objects.values("what"))()
    with pytest.raises(TypeError, match="values_list"):
        Prepared(lambda: SideRead.objects.select_related("account"))()


def test_nobody_looks_for_none(account: AdAccount) -> None:
    with pytest.raises(TypeError, match="None"):
        READS(account.pk, None)


def test_an_update_tells_how_many_rows_it_met(account: AdAccount) -> None:
    later = PreparedUpdate(
        lambda account, at, why: (
            SideRead.objects.filter(account_id=account, read_at__gt=at),
            {"failures": F("failures") + 1, "problem": why},
        )
    )
    assert later(account.pk, NOW, "It fails.") == 2
    assert later(account.pk, NOW + timedelta(hours=1), "It fails again.") == 1
    rows = SideRead.objects.order_by("what").values_list("failures", "problem")
    assert list(rows) == [(0, ""), (1, "It fails."), (2, "It fails again.")]


def test_one_statement_each(account: AdAccount, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    READS(account.pk, NOW)
    with django_assert_num_queries(2):
        READS(account.pk, NOW)
        upsert(SideRead, ["account_id", "what"], {"account_id": account.pk, "what": "health", "problem": "No."})


def test_upsert_makes_a_row_with_defaults_or_renews_what_is_given(account: AdAccount) -> None:
    row = {"account_id": account.pk, "what": "health", "problem": "It fails."}
    upsert(SideRead, ["account_id", "what"], row)
    kept = SideRead.objects.get(account=account, what="health")
    assert (kept.problem, kept.read_at) == ("It fails.", NOW + timedelta(hours=1))
    upsert(SideRead, ["account_id", "what"], {"account_id": account.pk, "what": "new", "read_at": NOW})
    made = SideRead.objects.get(account=account, what="new")
    assert (made.problem, made.failures, made.read_at) == ("", 0, NOW)
    usage = {"account_id": account.pk, "hour": NOW, "updated_at": NOW, "headers": {"said": [1]}}
    upsert(ApiUsage, ["account_id"], usage)
    assert ApiUsage.objects.get(account=account).headers == {"said": [1]}


def test_upsert_refuses_what_the_table_has_not_and_keeps_its_constraints(account: AdAccount) -> None:
    with pytest.raises(TypeError, match="colour"):
        upsert(SideRead, ["account_id", "what"], {"account_id": account.pk, "what": "x", "colour": 1})
    with pytest.raises(IntegrityError):
        upsert(SideRead, ["account_id", "what"], {"account_id": None, "what": "x"})
    connection.needs_rollback = False
