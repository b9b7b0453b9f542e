"""What each goal may spend: by priority or hint, never less than an ad set's least, never more than the cap in all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaads.models import AdAccount
from optimization.models import Goal, OrchestratorSettings
from optimization.orchestrator.budget import Share, shares

ACCOUNT = AdAccount(currency="USD")


def row(total: str = "10", most: str = "50", least: str = "5") -> OrchestratorSettings:
    return OrchestratorSettings(
        global_daily_budget=Decimal(total), max_daily_budget=Decimal(most), least_ad_set_budget=Decimal(least)
    )


def goals(*priorities: int, hints: dict[int, str] | None = None) -> list[Goal]:
    found = [Goal(pk=n, key=f"g{n:02}", priority=priority) for n, priority in enumerate(priorities)]
    for place, hint in (hints or {}).items():
        found[place].budget_hint = Decimal(hint)
    return found


def test_the_total_is_shared_by_priority() -> None:
    found = shares(ACCOUNT, row(total="40"), goals(1, 3, 4))
    assert {pk: share.budget for pk, share in found.items()} == {0: 500, 1: 1500, 2: 2000}


def test_a_hint_goes_before_the_share_and_learning_gets_its_part() -> None:
    found = shares(ACCOUNT, row(total="20"), goals(1, 1, hints={0: "12.50"}))
    assert found[0] == Share(1250, 875)
    assert (found[1].budget, found[1].learning, found[1].scaling) == (1000, 700, 300)


def test_the_cap_is_given_out_by_priority_and_who_comes_last_waits_with_the_reason() -> None:
    found = shares(ACCOUNT, row(most="12"), goals(1, 2, 5))
    assert [found[pk].budget for pk in (2, 1, 0)] == [625, 500, 0]
    assert "higher priority" in found[0].why


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=8),
    st.decimals("1", "200", places=2),
    st.decimals("1", "200", places=2),
)
@pytest.mark.filterwarnings("ignore")
def test_never_above_the_cap_and_never_below_the_least(priorities: list[int], total: Decimal, most: Decimal) -> None:
    found = shares(ACCOUNT, row(total=str(total), most=str(most)), goals(*priorities)).values()
    assert sum(share.budget for share in found) <= int(most * 100)
    assert all(share.budget == 0 or share.budget >= 500 for share in found)
    assert all(bool(share.why) == (share.budget == 0) for share in found)
