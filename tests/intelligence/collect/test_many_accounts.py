"""Twenty accounts side by side: what goes wrong in one is that one's matter; clocks and currencies of all kinds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import stamina

from intelligence.collect.insights import LEVELS, CollectResult, collect
from intelligence.columns import unpack
from intelligence.models import Freshness, HourBlock, Reading
from intelligence.totals import unpack_totals
from metaads.graph.client import adapters
from metaads.models import AdAccount, ApiUsage, Connection, Level
from metaads.sandbox.server import Sandbox, make_app
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import create
from metaads.sync.connect import AccountFacts, store_connection
from tests.sandbox_adapter import Controls, WsgiAdapter

HOST = "http://many.invalid"
HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class Many:
    """Accounts of one sandbox, each with a connection (and so a token) of its own, and its clock."""

    app: Sandbox
    accounts: list[AdAccount]
    now: datetime

    @property
    def control(self) -> Controls:
        return Controls(self.app)

    def advance(self, hours: float) -> None:
        self.control.advance(hours)
        self.now += hours * HOUR

    def collect(self, *levels: str) -> list[CollectResult]:
        """What a worker does for each account in turn."""
        for account in self.accounts:
            account.refresh_from_db()
        return [collect(account, self.now, self.now, levels or LEVELS) for account in self.accounts]


def build(count: int, now: datetime) -> Many:
    options = WorldOptions(
        seed=3, accounts=count, campaigns=1, ad_sets=2, ads=3, history_days=2, step_minutes=60, seasonality=False
    )
    app = make_app(create(options, now.timestamp(), frozen=True))
    adapters[HOST] = WsgiAdapter(app)
    keys = app.api.credentials
    accounts: list[AdAccount] = []
    for theirs in app.api.world.accounts:
        facts = AccountFacts(currency=theirs.market.currency, timezone_name=theirs.market.zone)
        secrets = (keys.token, keys.app_id, keys.app_secret)
        _, made = store_connection(theirs.id, HOST, *secrets, [theirs.id], now, sandbox=True, facts=facts)
        accounts += made
    return Many(app, accounts, now)


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2, cap=True):
        yield
    adapters.pop(HOST, None)


@pytest.fixture
def many(db: None) -> Many:
    """One of each market that the sandbox has, near enough."""
    return build(10, NOW)


def total(account: AdAccount, level: str, day: date, metric: str) -> float:
    row = Reading.objects.filter(account=account, level=level, day=day, window=Reading.DAY).latest("read_at")
    return float(np.nansum(unpack_totals(row.packed).metric(metric)))


def hours(account: AdAccount, level: str, day: date, metric: str) -> float:
    blocks = HourBlock.objects.filter(account=account, level=level, local_date=day)
    return float(sum(np.nansum(np.asarray(unpack(block.packed)[metric])) for block in blocks if block.rows))


def adds_up(many: Many, account: AdAccount) -> None:
    """Nothing lost and nothing doubled: the day's hours are the day's total, at every level alike."""
    day = many.now.astimezone(account.zone).date()
    for level in Level.values:
        for metric in ("impressions", "clicks", "spend"):
            expected = total(account, level, day, metric)
            assert hours(account, level, day, metric) == pytest.approx(expected, abs=1e-6), (account.name, level)
            assert expected == pytest.approx(total(account, Level.CAMPAIGN, day, metric), rel=1e-6)


FAULTS: dict[str, dict[str, Any]] = {
    "revoked": {},
    "account_limit": {"seconds": 60},
    "insights_limit": {"seconds": 60},
    "score_limit": {"seconds": 60},
    "app_limit": {"seconds": 60},
    "abuse_limit": {"seconds": 60},
    "error_503": {},
    "html_502": {},
    "malformed": {},
}


@pytest.mark.parametrize(("kind", "count"), [("revoked", 20), *((kind, 2) for kind in FAULTS if kind != "revoked")])
def test_one_account_in_trouble_stops_none_of_the_others_and_loses_nothing(db: None, kind: str, count: int) -> None:
    many, odd_one = build(count, NOW), count // 2
    assert all(result.ok for result in many.collect())
    odd = many.accounts[odd_one]
    many.control.fault(kind, account=odd.meta_id, count=None, path="insights", **FAULTS[kind])
    many.advance(1)
    results = many.collect()
    assert [result.ok for result in results] == [i != odd_one for i in range(count)]
    assert results[odd_one].problems["campaign"]
    odd.refresh_from_db()
    assert odd.consecutive_failures == 1
    assert odd.last_error
    assert odd.next_collect_at is not None
    assert odd.next_collect_at > many.now
    fresh = dict(Freshness.objects.filter(level=Level.AD).values_list("account_id", "read_at"))
    assert {fresh[account.pk] for i, account in enumerate(many.accounts) if i != odd_one} == {many.now}
    assert fresh[odd.pk] == many.now - HOUR
    many.control("DELETE", "faults")
    _forget_blocks()
    many.advance(1)
    assert all(result.ok for result in many.collect())
    for account in (odd, many.accounts[0]):
        adds_up(many, account)
    state = AdAccount.objects.values_list("consecutive_failures", "last_error", "next_collect_at").get(pk=odd.pk)
    assert state == (0, "", None)


def _forget_blocks() -> None:
    """Machine time passes: what Meta asked us to wait is over."""
    ApiUsage.objects.all().delete()


def test_a_revoked_token_says_what_a_person_must_do_and_at_which_connection(many: Many) -> None:
    many.control.fault("revoked", account=many.accounts[3].meta_id, count=None)
    many.collect()
    broken = Connection.objects.filter(state=Connection.State.BROKEN)
    assert [link.pk for link in broken] == [many.accounts[3].connection_id]
    assert "Connect again with a new one" in broken[0].state_reason


@pytest.mark.parametrize("kind", ["empty_page", "duplicate_rows", "repeated_page", "swapped_pages", "drop_before"])
def test_odd_pages_double_nothing_and_lose_nothing(db: None, kind: str, settings: Any) -> None:
    settings.INSIGHTS_PAGE_SIZE = 2
    few = build(2, NOW)
    few.collect()
    few.advance(1)
    few.control.fault(kind, path="insights", count=4 if kind != "swapped_pages" else None, probability=1.0)
    few.collect()
    few.control("DELETE", "faults")
    _forget_blocks()
    few.advance(1)
    assert all(result.ok for result in few.collect())
    for account in few.accounts:
        adds_up(few, account)


def test_a_field_that_meta_leaves_out_is_unknown_and_never_zero_until_it_comes_again(db: None) -> None:
    few = build(1, NOW)
    (account,) = few.accounts
    few.collect()
    few.control.fault("missing_fields", path="insights", count=None, fields=["spend"])
    few.advance(1)
    assert few.collect()[0].ok
    row = Reading.objects.filter(level=Level.AD, window=Reading.DAY, day=NOW.date()).latest("read_at")
    spend = unpack_totals(row.packed).metric("spend")
    assert np.isnan(spend).any()
    assert not (spend == 0).any()
    few.control("DELETE", "faults")
    few.advance(1)
    few.collect()
    day = few.now.astimezone(account.zone).date()
    sums = [total(account, level, day, "spend") for level in Level.values]
    assert sums == pytest.approx([sums[0]] * 3)
    latest = Reading.objects.filter(level=Level.AD, window=Reading.DAY, day=NOW.date()).latest("read_at")
    assert not np.isnan(unpack_totals(latest.packed).metric("spend")).any()


def test_currencies_without_cents_stay_whole_and_others_keep_theirs(many: Many) -> None:
    many.collect()
    seen = set()
    for account in many.accounts:
        day = many.now.astimezone(account.zone).date()
        row = Reading.objects.get(account=account, level=Level.AD, day=day, window=Reading.DAY)
        spend = unpack_totals(row.packed).metric("spend")
        spent = spend[~np.isnan(spend)]
        assert spent.sum() > 0, account.currency
        whole = account.currency in {"JPY", "HUF", "IDR"}
        assert np.allclose(spent, np.round(spent, 0 if whole else 2), atol=1e-9), account.currency
        seen.add(account.currency)
    assert {"JPY", "HUF", "IDR", "BHD", "EUR", "USD"} <= seen


@pytest.mark.parametrize(
    ("start", "zone", "day", "count"),
    [
        (datetime(2026, 10, 24, 20, 5, tzinfo=UTC), "Europe/Berlin", date(2026, 10, 25), 25),
        (datetime(2026, 3, 28, 21, 5, tzinfo=UTC), "Europe/Berlin", date(2026, 3, 29), 23),
        (datetime(2026, 11, 1, 2, 5, tzinfo=UTC), "America/New_York", date(2026, 11, 1), 25),
        (datetime(2026, 3, 8, 3, 5, tzinfo=UTC), "America/New_York", date(2026, 3, 8), 23),
    ],
)
def test_a_day_with_a_change_of_clocks_is_collected_hour_by_hour(
    db: None, start: datetime, zone: str, day: date, count: int
) -> None:
    many = build(3, start)
    many.accounts = [account for account in many.accounts if account.timezone_name == zone]
    (account,) = many.accounts
    for _ in range(count + 3):
        assert all(result.ok for result in many.collect(Level.CAMPAIGN))
        many.advance(1)
    blocks = HourBlock.objects.filter(account=account, level=Level.CAMPAIGN, local_date=day).order_by("hour")
    assert [block.hours for block in blocks] == [1] * count
    starts = [block.hour for block in blocks]
    assert starts == [starts[0] + n * HOUR for n in range(count)]
    first_read = Reading.objects.filter(account=account, level=Level.CAMPAIGN, day=day, window=Reading.DAY)
    closing = next(row for row in first_read.order_by("read_at") if row.read_at >= starts[-1] + HOUR)
    for metric in ("impressions", "spend"):
        closed = float(np.nansum(unpack_totals(closing.packed).metric(metric)))
        assert hours(account, Level.CAMPAIGN, day, metric) == pytest.approx(closed, abs=1e-6)
