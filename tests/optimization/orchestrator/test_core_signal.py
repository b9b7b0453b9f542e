"""Signals are counted in what was read; each of the ten occurs in the sandbox, and one that does not is no goal's."""

from datetime import timedelta

import pytest

from metaads.models import AdAccount
from optimization.models import OrchestratorSettings
from optimization.orchestrator.core_signal import Readings, columns_of, count_week
from optimization.orchestrator.goals import make_goal, save_goal, start_goal, stop_goal
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.templates import ALL, BY_KEY
from tests.optimization.conftest import NOW, Meta
from tests.optimization.orchestrator.conftest import Started


def test_the_sandbox_emits_all_ten(shop: Meta) -> None:
    counts = {one.key: count_week(shop.account, one.signal, NOW) for one in ALL}
    assert [key for key, found in counts.items() if not found.count] == []
    assert counts["streams"].column == "actions.offsite_conversion.fb_pixel_custom.smartlinkclicked"
    assert counts["virality"].column == "thruplays"


def test_overlapping_names_are_never_added_up(shop: Meta) -> None:
    names = columns_of("purchase")
    assert names[0] == "actions.omni_purchase"
    week = Readings(shop.account, NOW, 7)
    found, today = week.count("purchase"), week.today
    assert found.count
    ids = [one.id for one in shop.app.api.world.accounts[2].ad_sets]
    each = week.of(ids, "purchase", today - timedelta(days=7), today)
    assert sum(one.events for one in each.values()) == found.count


def test_a_goal_whose_signal_never_occurred_is_not_started(shop: Meta) -> None:
    goal = make_goal(shop.account, "traffic", None, NOW, signal="nobody_does_this")
    with pytest.raises(GoalRefused, match="0 times"):
        start_goal(goal, None, NOW)
    goal.refresh_from_db()
    assert not goal.active


def test_a_goal_that_is_on_takes_no_signal_that_does_not_occur(shop: Meta, started: Started) -> None:
    """By it every ad set would be a loser."""
    goal = started("traffic")
    goal.signal = "purchse"
    with pytest.raises(GoalRefused, match=r"^signal: purchse occurred 0 times"):
        save_goal(goal, None, NOW)
    goal.refresh_from_db()
    assert goal.signal == "link_click"
    goal.signal = "purchase"
    assert save_goal(goal, None, NOW).signal == "purchase"
    stop_goal(goal, None, NOW)
    goal.signal = "purchse"
    assert save_goal(goal, None, NOW).signal == "purchse", "what is off is asked when it is switched on"


def test_a_goal_that_is_on_takes_no_template_whose_assets_are_not_there(shop: Meta, started: Started) -> None:
    goal = started("traffic")
    OrchestratorSettings.objects.update(application_id="", object_store_url="")
    goal.template = BY_KEY["app_installs"].template
    with pytest.raises(GoalRefused, match=r"^template: .*application_id"):
        save_goal(goal, None, NOW)


def test_a_signal_that_nothing_counts_is_unknown_and_not_zero(shop: Meta) -> None:
    week = Readings(shop.account, NOW, 7)
    ids, first = [one.id for one in shop.app.api.world.accounts[2].ad_sets], week.today - timedelta(days=7)
    spent = [key for key, one in week.of(ids, "link_click", first, week.today).items() if one.spend and one.known]
    assert spent
    found = week.of(spent, "purchse", first, week.today)
    assert not any(one.known for one in found.values())


def test_where_nothing_was_read_it_is_unknown_and_not_zero(db: None) -> None:
    account = AdAccount(pk=10**6, timezone_name="UTC")
    found = count_week(account, "purchase", NOW)
    assert found.count is None
    assert "unknown" in found.sentence
