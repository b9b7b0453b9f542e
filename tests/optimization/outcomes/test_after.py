"""What a change would have taken away is measured from what really happened, and nothing is counted twice."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from metaads.models import AdAccount
from optimization.outcomes import After, Change, Really, after, total
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory

pytestmark = pytest.mark.django_db
FIRST = date(2026, 11, 10)
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
END = datetime(2026, 11, 14, tzinfo=UTC)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
A, B, SET = "31", "32", "21"


@pytest.fixture
def account(db: None) -> AdAccount:
    """In UTC. Four days in which ad set 21 spends 30 a day: 10 on ad 31 and 20 on ad 32, half as many sales."""
    made: AdAccount = AdAccountFactory.create(timezone_name="UTC")
    for ago in range(4):
        day = FIRST + timedelta(days=ago)
        keep(made, "ad", day, {A: sales(10), B: sales(20)})
        keep(made, "adset", day, {SET: sales(30)})
    return made


def sales(spend: float) -> dict[str, float]:
    count = spend / 2
    return {
        "spend": spend,
        "impressions": 100,
        "actions.omni_purchase": count,
        "action_values.omni_purchase": count * 7,
    }


def keep(account: AdAccount, level: str, day: date, rows: Mapping[str, Mapping[str, float]]) -> None:
    reading(account, level, day, datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=2), rows)


def change(level: str = "ad", entity_id: str = A, **values: Any) -> Change:
    given: dict[str, Any] = {
        "at": NOON, "field": "status", "before": "ACTIVE", "final": "PAUSED",
        "parents": (("adset", SET),) if level == "ad" else (),
    }  # fmt: skip
    return Change(level=level, entity_id=entity_id, **{**given, **values})


def measured(account: AdAccount, *changes: Change, until: datetime = END) -> list[After]:
    return after(changes, Really(account, FIRST, date(2026, 11, 16), NOW), until)


def lower(final: int, **values: Any) -> Change:
    return change("adset", SET, field="daily_budget", before=1000, final=final, **values)


def test_a_pause_takes_all_that_was_spent_and_sold_afterwards(account: AdAccount) -> None:
    (found,) = measured(account, change())
    assert (found.spend_cut, found.conversions_lost, found.value_lost) == (35.0, 17.5, 122.5)
    assert (found.estimate, found.days, found.unknown_days) == (False, 4, 0)


def test_what_the_first_day_had_cost_by_then_is_not_cut(account: AdAccount) -> None:
    (found,) = measured(account, change(spent_today=8.0))
    assert found.spend_cut == 32.0
    assert found.conversions_lost == 16.0


def test_a_budget_cuts_its_share_and_says_that_it_is_an_estimate(account: AdAccount) -> None:
    (found,) = measured(account, lower(800, spent_today=0.0))
    assert found.spend_cut == pytest.approx(4 * 30 * 0.2)
    assert found.estimate


def test_a_raise_spends_more_and_wins_more(account: AdAccount) -> None:
    (found,) = measured(account, lower(1200, spent_today=0.0))
    assert found.spend_cut == pytest.approx(-24.0)
    assert found.conversions_lost == pytest.approx(-12.0)


def test_a_second_cut_takes_from_what_the_first_left(account: AdAccount) -> None:
    first, second = measured(account, lower(500, spent_today=0.0), lower(500, spent_today=0.0))
    assert first.spend_cut == pytest.approx(60.0)
    assert second.spend_cut == pytest.approx(30.0)


def test_what_a_paused_ad_spent_is_not_cut_again_with_its_ad_set(account: AdAccount) -> None:
    ad, ad_set = measured(account, change(spent_today=0.0), change("adset", SET, spent_today=0.0))
    assert ad.spend_cut == 40.0
    assert ad_set.spend_cut == 80.0


def test_an_ad_under_a_paused_ad_set_has_nothing_left_to_cut(account: AdAccount) -> None:
    ad_set, ad = measured(account, change("adset", SET, spent_today=0.0), change(spent_today=0.0))
    assert ad_set.spend_cut == 120.0
    assert ad.spend_cut == 0.0


def test_a_pause_ends_when_the_entity_is_switched_on_again(account: AdAccount) -> None:
    again = change(at=NOON + timedelta(days=2), before="PAUSED", final="ACTIVE")
    pause, back = measured(account, change(spent_today=0.0), again)
    assert pause.spend_cut == pytest.approx(25.0)
    assert back.spend_cut is None, "what a paused entity would have spent is unknown"


def test_a_day_that_nobody_read_is_unknown_and_not_zero(account: AdAccount) -> None:
    (found,) = measured(account, change(spent_today=0.0), until=END + timedelta(days=1))
    assert (found.spend_cut, found.days, found.unknown_days) == (40.0, 5, 1)
    (beyond,) = measured(account, change(at=END + timedelta(hours=1)), until=END + timedelta(days=2))
    assert (beyond.spend_cut, beyond.unknown_days) == (None, 2)


def test_unknown_conversions_stay_unknown_beside_a_known_spend(account: AdAccount) -> None:
    keep(account, "ad", date(2026, 11, 14), {A: {"spend": 10.0, "impressions": 5}})
    found = measured(account, change(at=END), until=END + timedelta(days=1))[0]
    assert (found.spend_cut, found.conversions_lost) == (10.0, None)


def test_the_sum_adds_what_is_known(account: AdAccount) -> None:
    found = total(measured(account, change(), change(entity_id=B, final="ACTIVE")))
    assert (found.spend_cut, found.conversions_lost) == (35.0, 17.5)
    assert total([]).spend_cut == 0
