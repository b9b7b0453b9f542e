"""What comes over an account shows where it should, for as long as it should, and nowhere else."""

import copy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from metaads.sandbox.control import ControlError
from metaads.sandbox.server import Sandbox
from metaads.sandbox.state import Store, load_or_create, open_store
from metaads.sandbox.world import happenings, outages, seasonality, shocks
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import ATTRIBUTED, Metric
from metaads.sandbox.world.conditions import Conditions, Happening
from metaads.sandbox.world.options import WorldOptions, sized
from metaads.sandbox.world.side_writes import add_happening
from metaads.sandbox.world.types import Floats
from metaads.sandbox.world.world import World, create
from tests.metaads.sandbox.conftest import NOW
from tests.sandbox_adapter import Controls

M = Metric
HOUR = 3600


def ahead(world: World, hours: float) -> None:
    world.set_clock(world.clock.now() + hours * HOUR)
    world.advance()


def gained(world: World, hours: float, account: int = 0) -> Floats:
    """What an account gains by metric in the next hours of this world, on the days that begin until then."""
    here = world.accounts[account]
    before = here.daily[: here.days].sum(axis=(0, 1))
    ahead(world, hours)
    return np.asarray(here.daily[: here.days].sum(axis=(0, 1)) - before, dtype=np.float64)


def with_and_without(world: World, kind: str, hours: float, strength: float) -> tuple[Floats, Floats]:
    """Gains of the first account in the same hours of two copies of the world: with something over it, and without."""
    calm, struck = copy.deepcopy(world), copy.deepcopy(world)
    start = int(struck.clock.now())
    struck.accounts[0].happenings.append(Happening(kind, start, start + round(hours * HOUR), strength))
    return gained(struck, hours), gained(calm, hours)


def test_a_tracking_outage_hides_purchases_and_leaves_spend_alone(world: World) -> None:
    struck, calm = with_and_without(world, outages.KIND, 12, strength=1.0)
    assert struck[M.SPEND] == calm[M.SPEND]
    assert struck[M.LINK_CLICKS] == calm[M.LINK_CLICKS]
    assert calm[M.PURCHASES] > 10
    assert struck[M.PURCHASES] == struck[M.ADD_TO_CART] == struck[M.LANDING_PAGE_VIEWS] == 0


def test_a_partial_outage_hides_about_its_part(world: World) -> None:
    struck, calm = with_and_without(world, outages.KIND, 24, strength=0.6)
    assert 0.2 < struck[M.PURCHASES] / calm[M.PURCHASES] < 0.6


def test_an_outage_that_is_filled_in_gives_most_of_its_purchases_back_at_once(world: World) -> None:
    start = int(world.clock.now())
    lost, filled, calm = (copy.deepcopy(world) for _ in range(3))
    end = start + 8 * HOUR
    lost.accounts[0].happenings.append(Happening(outages.KIND, start, end, 1.0))
    filled.accounts[0].happenings.append(Happening(outages.KIND, start, end, 1.0, restored=end + 5 * HOUR))
    in_outage = [gained(one, 8)[M.PURCHASES] for one in (lost, filled, calm)]
    assert in_outage[0] == in_outage[1] == 0
    later = [gained(one, 6)[M.PURCHASES] for one in (lost, filled, calm)]
    back = (later[1] - later[0]) / in_outage[2]
    assert 0.5 < back <= 1.0
    assert later[0] < in_outage[2] + later[2]


def test_a_shop_that_is_down_sells_nothing_but_clicks_still_cost(world: World) -> None:
    """Purchases of earlier clicks still arrive; none of the new clicks buys."""
    struck, calm = with_and_without(world, shocks.SITE_DOWN, 6, strength=1.0)
    assert struck[M.SPEND] == calm[M.SPEND]
    assert struck[M.LANDING_PAGE_VIEWS] == 0
    assert struck[M.PURCHASES] < 0.6 * calm[M.PURCHASES]


def test_meta_s_outage_stops_delivery_of_every_account(world: World) -> None:
    start = int(world.clock.now())
    calm = copy.deepcopy(world)
    for account in world.accounts:
        account.happenings.append(Happening(shocks.META_OUTAGE, start, start + 4 * HOUR, 0.95))
    before = [[a.daily[: a.days, :, M.SPEND].sum() for a in one.accounts] for one in (world, calm)]
    for one in (world, calm):
        ahead(one, 4)
    after = [[a.daily[: a.days, :, M.SPEND].sum() for a in one.accounts] for one in (world, calm)]
    struck, usual = np.array(after) - np.array(before)
    assert (struck < 0.1 * usual).all()


def test_a_price_jump_buys_fewer_impressions_for_the_money(world: World) -> None:
    struck, calm = with_and_without(world, shocks.PRICE_JUMP, 12, strength=1.0)
    ratio = (struck[M.SPEND] / struck[M.IMPRESSIONS]) / (calm[M.SPEND] / calm[M.IMPRESSIONS])
    assert ratio == pytest.approx(2.0, rel=0.05)


def test_a_promotion_sells_more_for_less_each(world: World) -> None:
    struck, calm = with_and_without(world, "promotion", 48, strength=0.5)
    assert 1.2 < struck[M.PURCHASES] / calm[M.PURCHASES] < 1.9
    assert struck[M.VALUE] / struck[M.PURCHASES] < calm[M.VALUE] / calm[M.PURCHASES]


def test_what_comes_over_one_account_touches_no_other(world: World) -> None:
    struck = copy.deepcopy(world)
    start = int(struck.clock.now())
    struck.accounts[0].happenings.append(Happening(shocks.META_OUTAGE, start, start + 4 * HOUR, 1.0))
    assert np.array_equal(gained(struck, 4, 1), gained(world, 4, 1))


@pytest.mark.parametrize("kind", sorted(happenings.EFFECTS))
def test_every_kind_changes_the_conditions_of_a_step_and_ends(world: World, kind: str) -> None:
    account, options = world.accounts[0], WorldOptions(seasonality=False)
    account.happenings.append(Happening(kind, 1_000_000_000, 1_000_003_600, 0.5))
    local = account.local(1_000_000_000)
    assert happenings.around(account, options, 1_000_000_000, local) != Conditions()
    assert happenings.around(account, options, 1_000_003_600, local) == Conditions()


def test_chance_brings_about_as_many_as_asked_the_same_each_time() -> None:
    options = WorldOptions(accounts=1, promotions=2.0, tracking_outages=1.0)
    account = create(WorldOptions(accounts=1, campaigns=1, ad_sets=1, ads=1, history_days=1), 1e9, True).accounts[0]
    year = (1_790_000_000, 1_790_000_000 + 300 * 86_400)
    found = happenings.between(account, options, *year)
    assert found == happenings.between(account, options, *year)
    assert 10 <= sum(h.kind == "promotion" for h in found) <= 32
    assert 4 <= sum(h.kind == outages.KIND for h in found) <= 18
    assert happenings.between(account, WorldOptions(seed=8, promotions=2.0), *year) != found


def test_meta_s_outages_are_drawn_for_all_accounts_at_once() -> None:
    options = WorldOptions(meta_outages=3.0)
    assert shocks.meta_outages(options, 0, 700) == shocks.meta_outages(options, 5, 700) != []


def test_the_demo_s_story_lies_in_its_history() -> None:
    live = 1_790_000_000
    told = happenings.story(sized("demo", 7), 0, live)
    assert {outages.KIND, "promotion"} <= {one.kind for one in told if one.end <= live}
    assert not any(live - 5 * 86_400 < one.end and one.start < live + 86_400 for one in told), "it begins calmly"
    assert happenings.story(sized("small", 7), 0, live) == []


def test_the_control_call_brings_an_outage_and_tells_of_it(box: Sandbox, controls: Controls, world: World) -> None:
    account = world.accounts[1].id
    answer = controls("POST", "happenings", kind="tracking_outage", account=account, hours=6, restored_after=12)
    assert answer["accounts"] == [account]
    found = controls("GET", "happenings")["happenings"]
    assert [one["account"] for one in found if one["kind"] == "tracking_outage"] == [account]
    assert found[0]["restored"] - found[0]["end"] == 12 * HOUR


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "locusts", "hours": 1},
        {"kind": "promotion", "hours": 0},
        {"kind": "promotion", "hours": 1, "account": "9"},
    ],
)
def test_a_happening_that_makes_no_sense_is_refused(controls: Controls, wrong: dict[str, object]) -> None:
    with pytest.raises(ControlError):
        controls("POST", "happenings", **wrong)


def test_a_happening_survives_a_kill(tmp_path: Path) -> None:
    tiny = WorldOptions(seed=3, accounts=1, campaigns=2, ad_sets=4, ads=8, history_days=2)
    store = Store(tmp_path)
    world = open_store(store, lambda: create(tiny, NOW.timestamp(), True))
    start = int(NOW.timestamp())
    values = {"kind": "promotion", "start": start, "end": start + HOUR, "strength": 1.0, "restored": None}
    add_happening(world, world.accounts[0].id, values)
    ahead(world, 3)
    store.close()
    reopened = load_or_create(tmp_path)
    assert reopened.accounts[0].happenings == world.accounts[0].happenings != []
    here, there = (one.accounts[0].daily[: one.accounts[0].days] for one in (reopened, world))
    assert np.array_equal(here, there)


def test_windows_contain_each_other_and_the_default_is_a_week_s_clicks_and_a_day_s_views(world: World) -> None:
    account = world.accounts[0]
    day = account.daily[: account.days]
    for which in (0, 1):
        one, week, month, view = (
            day[:, :, ATTRIBUTED[w][which]] for w in ("1d_click", "7d_click", "28d_click", "1d_view")
        )
        assert (one <= week).all()
        assert (week <= month).all()
        assert np.array_equal(week + view, day[:, :, ATTRIBUTED["default"][which]])
    total = day.sum(axis=(0, 1))
    assert 0.7 < total[M.PURCHASES_1D_CLICK] / total[M.PURCHASES_7D_CLICK] < 0.99
    assert total[M.PURCHASES_28D_CLICK] > total[M.PURCHASES_7D_CLICK]
    assert 0.01 < total[M.PURCHASES_1D_VIEW] / total[M.PURCHASES] < 0.15


@pytest.fixture
def coarse() -> World:
    """One account that moves by the hour: for tests that let weeks pass."""
    return create(sized("small", 7, accounts=1, history_days=4, step_minutes=60), NOW.timestamp(), frozen=True)


def test_the_28_day_window_still_grows_when_the_default_stands_still(coarse: World) -> None:
    account = coarse.accounts[0]
    row = account.days - 1
    ahead(coarse, 24 * 8)
    settled = account.daily[row].sum(axis=0).copy()
    ahead(coarse, 24 * 21)
    final = account.daily[row].sum(axis=0)
    assert final[M.PURCHASES] == settled[M.PURCHASES]
    assert final[M.PURCHASES_28D_CLICK] > settled[M.PURCHASES_28D_CLICK]


def corrected(account: Account, before: Floats, row: int, metric: Metric) -> float:
    return float(before[:, metric].sum() - account.daily[row, :, metric].sum())


def test_spend_and_clicks_of_past_days_are_corrected_a_little_downwards_for_28_days(coarse: World) -> None:
    account = coarse.accounts[0]
    row = account.days - 1
    ahead(coarse, 24)
    before = account.daily[row].copy()
    ahead(coarse, 24 * 7)
    after_a_week = corrected(account, before, row, M.SPEND)
    assert 0 < after_a_week < 0.02 * before[:, M.SPEND].sum()
    assert (account.daily[row, :, M.SPEND] <= before[:, M.SPEND]).all()
    ahead(coarse, 24 * 22)
    settled = account.daily[row].copy()
    ahead(coarse, 24 * 3)
    assert np.array_equal(account.daily[row], settled)


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028])
def test_black_friday_follows_the_fourth_thursday(year: int) -> None:
    friday = seasonality.black_friday(year)
    assert friday.weekday() == 4
    assert 23 <= friday.day <= 29


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_the_year_climbs_to_christmas_and_pay_day_sells() -> None:
    january, july, december = (seasonality.conditions(noon(date(2026, m, 15))) for m in (1, 7, 12))
    assert january.price < july.price < december.price
    friday = seasonality.conditions(noon(seasonality.black_friday(2026)))
    before = seasonality.conditions(noon(seasonality.black_friday(2026) - timedelta(days=8)))
    assert friday.price > 1.3 * before.price
    assert friday.sales > 1.7 * before.sales
    assert seasonality.conditions(noon(date(2026, 9, 29))).sales > seasonality.conditions(noon(date(2026, 9, 20))).sales
    assert seasonality.days_to_month_end(date(2028, 2, 29)) == 0


def test_no_day_of_the_year_is_absurd() -> None:
    for number in range(366):
        found = seasonality.conditions(noon(date(2026, 1, 1) + timedelta(days=number)))
        assert 0.6 < found.price < 2.0
        assert 0.4 < found.sales < 2.5


def test_without_seasonality_the_date_means_nothing() -> None:
    account = create(WorldOptions(accounts=1, campaigns=1, ad_sets=1, ads=1, history_days=1), 1e9, True).accounts[0]
    local = account.local(1_795_000_000)
    assert happenings.around(account, WorldOptions(seasonality=False), 1_795_000_000, local) == Conditions()
