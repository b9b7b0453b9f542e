"""From tables to drafts: what response curves ask for, inside what the guard rails let pass."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from intelligence.metrics.frame import Frame
from intelligence.models import QualityState
from metaads.models import Ad, AdAccount, AdSet
from optimization.live_world import LiveWorld
from optimization.models import Action, Source
from optimization.models.limits import AccountLimits
from optimization.optimizer.by_response import drafts_by_response
from optimization.optimizer.resume import paused_by_us
from optimization.optimizer.telling import BY_CURVE, POINTS, RESPONSE
from optimization.queue.conflicts import resolve
from optimization.queue.drafts import Draft
from optimization.queue.propose import propose
from tests.factories.metaads import AdAccountFactory, AdFactory, AdSetFactory, CampaignFactory

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORDER = 50.0
KNOBS = {"method": "marginal", "break_even_roas": 1.0, "min_confidence": 0.65}

pytestmark = pytest.mark.django_db


@dataclass
class Estate:
    account: AdAccount
    ad_sets: list[AdSet]
    ads: list[Ad]
    frames: dict[str, Frame]

    def drafts(self, among: list[str] | None = None, **knobs: Any) -> list[Draft]:
        world = LiveWorld(self.account, NOW, (), self.frames)
        return drafts_by_response(self.account, self.frames, world, SimpleNamespace(**{**KNOBS, **knobs}), NOW, among)


@pytest.fixture
def estate() -> Estate:
    """Ad sets at 100.00 a day with two ads each: returns of 4 and 4, 4 and 0.2, 0.2 and 0.2, 1.4 and 1.4."""
    account = AdAccountFactory.create(
        connected_at=NOW - timedelta(days=90), currency="EUR", min_daily_budget=100, timezone_name="UTC"
    )
    QualityState.objects.update_or_create(account=account, defaults={"checked_at": NOW})
    campaign = CampaignFactory.create(account=account)
    ad_sets = [AdSetFactory.create(campaign=campaign, learning_status="SUCCESS") for _ in range(4)]
    ads = [AdFactory.create(ad_set=ad_set) for ad_set in ad_sets for _ in range(2)]
    returns = [4.0, 4.0, 4.0, 0.2, 0.2, 0.2, 1.4, 1.4]
    return Estate(account, ad_sets, ads, {"ad": _frame(account, ads, returns), "adset": _sets(account, ad_sets)})


def _frame(account: AdAccount, ads: list[Ad], returns: list[float]) -> Frame:
    random = np.random.default_rng(3)
    columns: dict[str, Any] = {
        "parent_id": np.array([ad.ad_set.meta_id for ad in ads]),
        "campaign_id": np.array([ad.campaign.meta_id for ad in ads]),
        "status": np.array([ad.status for ad in ads]),
        "effective_status": np.array([ad.effective_status for ad in ads]),
        "impressions_7d": np.full(len(ads), 30_000.0),
    }
    for ago in range(1, 31):
        spend = 50.0 * np.exp(0.2 * random.standard_normal(len(ads)))
        sold = random.poisson(spend * returns / ORDER).astype(np.float64)
        columns |= {f"spend_@{ago}": spend, f"inline_link_clicks_@{ago}": spend}
        columns |= {f"true_conversions_@{ago}": sold, f"true_value_@{ago}": sold * ORDER}
    return Frame(account.pk, "ad", NOW, NOW, np.array([ad.meta_id for ad in ads]), columns)


def _sets(account: AdAccount, ad_sets: list[AdSet]) -> Frame:
    ids, count = np.array([one.meta_id for one in ad_sets]), len(ad_sets)
    columns: dict[str, Any] = {
        "spend_yesterday": np.full(count, 100.0), "spend_7d": np.full(count, 700.0),
        "frequency_7d": np.ones(count), "ctr_7d": np.ones(count), "ctr_30d": np.ones(count),
        "impressions_7d": np.full(count, 60_000.0),
    }  # fmt: skip
    return Frame(account.pk, "adset", NOW, NOW, ids, columns)


def by_entity(drafts: list[Draft]) -> dict[str, Draft]:
    return {draft.entity.meta_id: draft for draft in drafts}


def test_winners_grow_losers_stop_and_a_losing_ad_leaves_its_money_to_its_sibling(estate: Estate) -> None:
    drafts = by_entity(estate.drafts())
    best, mixed, worst, _ = (one.meta_id for one in estate.ad_sets)
    assert drafts[estate.ads[3].meta_id].kind == "pause"
    assert drafts[worst].kind == "pause"
    for one in (best, mixed):
        assert drafts[one].kind == "increase_budget"
        assert (drafts[one].before, drafts[one].wanted) == (10_000, 12_000)
    assert drafts[best].parameters == {"amount": "20.00"}


def test_each_says_why_how_sure_and_what_it_gains(estate: Estate) -> None:
    draft = by_entity(estate.drafts())[estate.ad_sets[0].meta_id]
    assert draft.source == Source.OPTIMIZER
    assert draft.confidence is not None
    assert draft.confidence > 0.9
    assert "next unit" in draft.reason
    assert "80 % between" in draft.reason
    told = draft.metrics[RESPONSE]
    low, middle, high = told["gain_a_day"]
    assert low < middle < high
    assert (told["old"], told["new"]) == (10_000, 12_000)
    assert len(told["curve"]["spend"]) == len(told["curve"]["expected"]) == POINTS
    assert told["curve"]["expected"] == sorted(told["curve"]["expected"])


def test_the_queue_takes_them_and_the_rails_trim_nothing(estate: Estate) -> None:
    winners, losers = resolve(estate.drafts())
    found = propose(estate.account, winners, losers, NOW, None, estate.frames)
    assert set(found.blocked) <= {"counts"}
    assert not losers
    for action in Action.objects.filter(kind="increase_budget"):
        assert action.value_final == action.value_wanted


def test_asked_again_the_same_day_it_says_the_same(estate: Estate) -> None:
    first, again = ([(one.key, one.wanted) for one in estate.drafts(method="thompson")] for _ in range(2))
    assert first == again


def test_only_campaigns_that_may_be_changed_are(estate: Estate) -> None:
    assert estate.drafts(among=["1"]) == []
    assert estate.drafts(among=[estate.ads[0].campaign.meta_id])


def test_nothing_grows_that_was_changed_a_moment_ago(estate: Estate) -> None:
    best = estate.ad_sets[0]
    Action.objects.create(
        account=estate.account, source=Source.OPTIMIZER, kind="increase_budget", level="adset", entity_id=best.meta_id,
        field="daily_budget", status="executed", executed_at=NOW - timedelta(hours=5), proposed_at=NOW, currency="EUR",
        value_before=9_000, value_wanted=10_000, value_final=10_000, expires_at=NOW, refreshed_at=NOW,
    )  # fmt: skip
    assert best.meta_id not in by_entity(estate.drafts())


def _after(estate: Estate) -> dict[str, int]:
    """Budgets as the drafts of now leave them; they are written, as if they had been done."""
    found = by_entity(estate.drafts())
    for one in estate.ad_sets:
        draft = found.get(one.meta_id)
        if draft is not None and draft.kind == "pause":
            one.status = one.effective_status = "PAUSED"
        elif draft is not None:
            one.daily_budget = draft.wanted
        one.save()
    return {one.meta_id: one.daily_budget or 0 for one in estate.ad_sets if one.status == "ACTIVE"}


def test_the_accounts_cap_moves_money_instead_of_adding_any(estate: Estate) -> None:
    AccountLimits.objects.create(account=estate.account, max_account_budget="700.00")
    first = _after(estate)
    assert sum(first.values()) < 40_000
    assert max(first.values()) == 10_000
    second = _after(estate)
    assert max(second.values()) > 10_000
    assert sum(second.values()) <= 40_000


def test_without_a_table_of_ads_there_is_nothing_to_say(estate: Estate) -> None:
    estate.frames.pop("ad")
    assert estate.drafts() == []


def test_what_stopped_for_better_siblings_does_not_come_back_for_its_own_roas(estate: Estate) -> None:
    shared: dict[str, Any] = {
        "account": estate.account, "source": Source.OPTIMIZER, "kind": "pause", "level": "ad", "field": "status",
        "status": "executed", "executed_at": NOW - timedelta(days=2), "proposed_at": NOW, "refreshed_at": NOW,
        "expires_at": NOW, "currency": "EUR", "value_before": "ACTIVE", "value_wanted": "PAUSED",
        "value_final": "PAUSED", "metrics": {"old_budget": None},
    }  # fmt: skip
    Action.objects.create(entity_id="1", reason_code=BY_CURVE, **shared)
    Action.objects.create(entity_id="2", reason_code="pause", **shared)
    scene: Any = SimpleNamespace(account=estate.account, now=NOW, days=7)
    assert list(paused_by_us(scene)) == [("ad", "2")]
