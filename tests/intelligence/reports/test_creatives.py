"""By creative: one row however many ads use it, ratios from sums; the best by any metric."""

from collections.abc import Callable
from datetime import timedelta

from intelligence.collect.store import Slot, keep
from intelligence.creatives import creative_sums
from intelligence.metrics.states import keep_states
from intelligence.reports import by_creative, top_creatives
from metaads.models import Ad, AdAccount, Creative, Level
from tests.factories.intelligence import totals
from tests.intelligence.reports.conftest import NOW, TODAY, row


def test_a_creative_of_two_ads_is_one_row_with_ratios_from_sums(account: AdAccount, days: Callable[..., None]) -> None:
    Ad.objects.filter(meta_id="42").update(creative=Creative.objects.get(meta_id="51"))
    days(Level.AD, {"41": row(10, 2, 40), "42": row(30, 1, 20), "43": row(5, 1, 5), "44": row(5, 0, 0)})
    found = {one.creative_id: one for one in by_creative(account, NOW)}
    assert found["51"].ads == ("41", "42")
    assert (found["51"].values["spend"], found["51"].values["roas"]) == (280, 1.5)
    assert found["51"].values["reach"] is None


def test_the_best_come_first_and_the_cheapest_first_for_costs(account: AdAccount, days: Callable[..., None]) -> None:
    days(Level.AD, {"41": row(10, 2, 40), "42": row(30, 1, 20), "43": row(5, 1, 50), "44": row(5, 0, 0)})
    assert [one.creative_id for one in top_creatives(account, NOW, metric="roas")] == ["53", "51", "52", "54"]
    assert [one.creative_id for one in top_creatives(account, NOW, metric="cpa", limit=3)] == ["51", "53", "52"]


def test_what_is_unknown_comes_last_and_another_campaigns_not_at_all(
    account: AdAccount, days: Callable[..., None]
) -> None:
    days(Level.AD, {"41": row(10, 0, 0), "42": row(30, 1, 20)})
    assert [one.creative_id for one in top_creatives(account, NOW, metric="cpa", campaign_id="21")] == ["52", "51"]


def test_any_action_type_can_be_ranked_by(account: AdAccount, days: Callable[..., None]) -> None:
    days(Level.AD, {"41": {**row(10, 0, 0), "actions.lead": 3.0}, "42": {**row(30, 1, 20), "actions.lead": 5.0}})
    best = top_creatives(account, NOW, metric="actions.lead", limit=1)[0]
    assert (best.creative_id, best.values["actions.lead"]) == ("52", 35)


def test_what_an_ad_did_counts_for_the_creative_it_had_on_that_day(
    account: AdAccount, days: Callable[..., None]
) -> None:
    """From two days ago on ad 41 shows the creative of ad 43; before, it showed its own."""
    days(Level.AD, {"41": row(10, 2, 40), "43": row(5, 1, 5)})
    keep_states(account, NOW - timedelta(days=10))
    Ad.objects.filter(meta_id="41").update(creative=Creative.objects.get(meta_id="53"))
    keep_states(account, NOW - timedelta(days=2))
    found = {one.creative_id: one for one in by_creative(account, NOW)}
    assert (found["51"].values["spend"], found["51"].ads) == (50, ("41",))
    assert (found["53"].values["spend"], found["53"].ads) == (7 * 5 + 2 * 10, ("41", "43"))
    assert sum(one.values["spend"] or 0 for one in found.values()) == 7 * 15


def test_the_report_and_the_daily_rows_say_the_same(account: AdAccount, days: Callable[..., None]) -> None:
    keep_states(account, NOW - timedelta(days=10))
    for ago in range(1, 8):
        if ago == 3:
            Ad.objects.filter(meta_id="42").update(creative=Creative.objects.get(meta_id="51"))
            keep_states(account, NOW - timedelta(days=ago))
    made = totals({"41": row(10, 2, 40), "42": row(30, 1, 20)})
    for ago in range(1, 8):
        keep(Slot(account, Level.AD, TODAY - timedelta(days=ago)), made, NOW - timedelta(minutes=5))
    sums = creative_sums(account, (TODAY - timedelta(days=7), TODAY - timedelta(days=1)), NOW).by_creative()
    held = dict(zip(sums.creatives.tolist(), sums.columns["spend"].tolist(), strict=True))
    assert held == {
        int(one.creative_id): one.values["spend"] for one in by_creative(account, NOW) if one.values["spend"]
    }
    assert len(held) == 2
