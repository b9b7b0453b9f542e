"""Worlds of one kind: one objective, small budgets, cheap orders, nothing better than anything else, slow sales."""

from datetime import UTC, datetime

import numpy as np
import pytest

from metaads.sandbox import truth
from metaads.sandbox.world import delay
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.options import sized
from metaads.sandbox.world.world import create

START = datetime(2026, 9, 7, tzinfo=UTC).timestamp()


def made(**options: object) -> Account:
    return create(sized("small", 5, accounts=1, history_days=6, **options), START, frozen=True).accounts[0]


def test_every_campaign_may_have_one_objective() -> None:
    assert {one.objective for one in made(objective="OUTCOME_TRAFFIC").campaigns} == {"OUTCOME_TRAFFIC"}
    assert {one.optimization_goal for one in made(objective="OUTCOME_TRAFFIC").ad_sets} == {"LINK_CLICKS"}


def test_cheap_orders_make_everything_earn_less() -> None:
    usual, cheap = (np.array([one.roas for one in truth.ads(made(orders=factor))]) for factor in (1.0, 0.1))
    assert cheap == pytest.approx(usual / 10, rel=0.02)


def test_small_budgets_spend_less_and_earn_as_well() -> None:
    usual, tiny = made(), made(budgets=0.05)
    spends = [one.daily[:, :, Metric.SPEND].sum() for one in (usual, tiny)]
    roas = [np.median([one.roas for one in truth.ads(account)]) for account in (usual, tiny)]

    assert spends[1] == pytest.approx(spends[0] * 0.05, rel=0.3)
    assert roas[1] == pytest.approx(roas[0], rel=0.3)


def test_where_all_are_alike_nothing_is_better() -> None:
    account = made(alike=True, seasonality=False)
    settled = [one for one in truth.ad_sets(account) if one.usual > 1]
    roas = np.array([one.roas_at_usual for one in settled])

    assert roas.min() > 0.6 * roas.max()  # learning, fatigue and crowding still differ
    assert len(set(account.truth.sale_rate.tolist())) == len(set(account.truth.click_rate.tolist())) == 1


def test_slow_sales_come_days_after_the_click() -> None:
    random = np.random.default_rng(1)
    which, how_long = random.random((2, 20_000))
    quick, slow = (delay.seconds(which, how_long, late) / 3600 for late in (False, True))

    assert (quick < 24).mean() > 0.8
    assert (slow < 24).mean() < 0.6
    assert slow.max() <= 168


def test_what_clicks_were_worth_is_counted_beside_what_was_booked() -> None:
    account = made(objective="OUTCOME_SALES", ad_sets=40, ads=90)
    booked = (
        account.daily[:, :, Metric.VALUE].sum() + account.pending.value[account.pending.window != delay.CLICK_28D].sum()
    )
    assert account.live.expected.sum() == pytest.approx(booked, rel=0.1)
