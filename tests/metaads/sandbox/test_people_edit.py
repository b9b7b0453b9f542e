"""People change things by hand in Ads Manager: rarely, in office hours, visible in the change history."""

from datetime import UTC, datetime

import numpy as np

from metaads.sandbox.world.activity import PERSON
from metaads.sandbox.world.money import minimum_daily
from metaads.sandbox.world.nodes import Node
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import create

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC).timestamp()


def options(edits: float, seed: int = 5) -> WorldOptions:
    return WorldOptions(seed=seed, accounts=1, campaigns=4, ad_sets=8, ads=16, history_days=28, human_edits=edits)


def test_about_as_many_edits_as_asked_on_working_days_and_in_office_hours() -> None:
    account = create(options(3.0), NOW, True).accounts[0]
    done = [account.local(one.at) for one in account.activities if one.application_name == PERSON.application_name]
    assert 20 <= len(done) <= 90
    assert all(moment.weekday() < 5 and 9 <= moment.hour < 18 for moment in done)


def test_an_edit_is_what_the_object_now_says() -> None:
    account = create(options(3.0), NOW, True).accounts[0]
    last: dict[tuple[str, str], object] = {}
    for one in (event for event in account.activities if "field" in event.extra):
        last[one.object_id, one.extra["field"]] = one.extra["new_value"]
    every: list[Node] = [*account.campaigns, *account.ad_sets, *account.ads]
    nodes = {node.id: node for node in every}
    assert {event.event_type for event in account.activities} >= {"update_ad_set_budget", "update_ad_run_status"}
    for (object_id, field), value in last.items():
        assert getattr(nodes[object_id], field) == value
    budgets = [s.daily_budget for s in account.ad_sets if s.daily_budget]
    assert min(budgets) >= minimum_daily(account.market)


def test_nobody_edits_unless_asked() -> None:
    made = create(options(0.0), NOW, True).accounts[0].activities
    assert [one for one in made if one.actor_name != "Meta"] == []


def test_the_same_people_do_the_same_again() -> None:
    one, two = (create(options(3.0), NOW, True).accounts[0] for _ in range(2))
    assert one.activities == two.activities
    assert np.array_equal(one.daily[: one.days], two.daily[: two.days])
