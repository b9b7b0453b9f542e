"""A rule that only suggests stands in nobody's way."""

from datetime import timedelta

import pytest

from metaads.models import AdSet
from optimization.cycle import run_cycle
from optimization.ledger import verify
from optimization.models import Action, Run
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, keep_frame, make_rule
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
SPENDS = leaf("spend_7d", ">", 50)
LOWER = {"kind": "decrease_budget", "parameters": {"percent": 10}}
PAUSE = {"kind": "pause"}
Row = tuple[str, str, str]


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


def look(ad_set: AdSet, hours: float = 0) -> list[Row]:
    """What stands in the queue after a look: (rule, kind, status), oldest first."""
    now = NOW + timedelta(hours=hours)
    columns: dict[str, list[object]] = {"ids": [ad_set.meta_id], "name": [ad_set.name], "spend_7d": [60]}
    keep_frame(ad_set.account, "adset", columns, now)
    assert isinstance(run_cycle(ad_set.account, now), Run)
    rows = Action.objects.order_by("pk").select_related("rule_version__rule")
    return [(row.rule_version.rule.name if row.rule_version else "", row.kind, row.status) for row in rows]


def test_it_wins_no_conflict_with_a_rule_that_acts_however_urgent_it_is(ad_set: AdSet) -> None:
    make_rule(ad_set.account, SPENDS, LOWER, name="Acts", priority=50)
    make_rule(ad_set.account, SPENDS, PAUSE, name="Suggests", mode="suggestion_only", priority=90)
    assert look(ad_set) == [("Acts", "decrease_budget", "pending_approval")]


def test_what_it_suggested_before_makes_way_for_another_kind_of_change(ad_set: AdSet) -> None:
    make_rule(ad_set.account, SPENDS, PAUSE, name="Suggests", mode="suggestion_only", priority=90)
    look(ad_set)
    make_rule(ad_set.account, SPENDS, LOWER, name="Acts", priority=50)
    assert look(ad_set, 1) == [("Suggests", "pause", "superseded"), ("Acts", "decrease_budget", "pending_approval")]


def test_what_it_suggested_before_is_proposed_anew_by_a_rule_that_acts(ad_set: AdSet) -> None:
    make_rule(ad_set.account, SPENDS, LOWER, name="Suggests", mode="suggestion_only")
    look(ad_set)
    make_rule(ad_set.account, SPENDS, LOWER, name="Acts", priority=20)
    stands = [("Suggests", "decrease_budget", "superseded"), ("Acts", "decrease_budget", "pending_approval")]
    assert look(ad_set, 1) == stands
    assert look(ad_set, 2) == stands
    assert verify() == []


def test_alone_it_refreshes_its_own_suggestion(ad_set: AdSet) -> None:
    make_rule(ad_set.account, SPENDS, LOWER, name="Suggests", mode="suggestion_only")
    assert look(ad_set) == look(ad_set, 1) == [("Suggests", "decrease_budget", "suggested")]
