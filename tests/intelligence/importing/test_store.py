"""What a plan accepted is stored, at every level, and read back by the metrics table; nothing else is."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from intelligence.importing.store import keep_plan
from intelligence.metrics import catalog
from intelligence.metrics.frame import Frame
from intelligence.metrics.table import build_frame
from intelligence.models import Reading
from intelligence.reports import totals_between
from metaads.clock import business_now
from metaads.models import AdAccount, AdSet, Campaign
from tests.factories.metaads import AdAccountFactory
from tests.intelligence.importing.conftest import HEADINGS, NOW, csv_of, good_rows, planned


def figure(frame: Frame, name: str) -> list[float]:
    return [float(value) for value in catalog.column(frame, catalog.resolve(name))]


def test_sums_of_the_file_are_those_of_the_table(account: AdAccount) -> None:
    plan = planned(csv_of([HEADINGS, *good_rows()]))
    kept = keep_plan(plan, account, NOW)
    assert (kept.rows, kept.entities, kept.days) == (
        30, {"campaign": 1, "adset": 2}, (date(2026, 10, 1), date(2026, 10, 15)),
    )  # fmt: skip
    totals = {total.metric: total.value for total in plan.totals}
    for level, entities in (("campaign", Campaign.objects), ("adset", AdSet.objects)):
        frame = build_frame(account, level, business_now(account))
        assert len(frame) == entities.filter(account=account).count()
        assert sum(figure(frame, "spend_lifetime")) == float(totals["spend"])
        assert sum(figure(frame, "conversions_lifetime")) == float(totals["actions.omni_purchase"])
        assert sum(figure(frame, "conversion_value_lifetime")) == pytest.approx(
            float(totals["action_values.omni_purchase"])
        )
        assert sum(figure(frame, "impressions_14d")) == sum(int(row[3]) for row in good_rows()[2:])


def test_time_stands_at_the_end_of_the_file(account: AdAccount) -> None:
    keep_plan(planned(csv_of([HEADINGS, *good_rows()])), account, NOW)
    account.refresh_from_db()
    assert business_now(account) == datetime(2026, 10, 15, 22, 0, tzinfo=UTC), "midnight in Berlin after the last day"


def test_a_day_is_known_from_its_end_on(account: AdAccount) -> None:
    keep_plan(planned(csv_of([HEADINGS, *good_rows()])), account, NOW)
    noon = datetime(2026, 10, 8, 12, 0, tzinfo=UTC)
    frame = build_frame(account, "campaign", noon)
    assert figure(frame, "spend_yesterday") == [float(sum(Decimal(r[9]) for r in good_rows() if r[2] == "2026-10-07"))]
    assert not Reading.objects.filter(day=date(2026, 10, 8), window="day", read_at__lte=noon).exists()


def test_people_reached_do_not_add_up(account: AdAccount) -> None:
    keep_plan(planned(csv_of([HEADINGS, *good_rows()])), account, NOW)
    campaign = Campaign.objects.get(account=account)
    days = (date(2026, 10, 3), date(2026, 10, 3))
    found = totals_between(account, "campaign", campaign.meta_id, days, business_now(account))
    assert found["reach"] is None
    assert found["spend"] == 89.0


def test_a_file_without_dates_is_a_sum_of_lifetimes(account: AdAccount) -> None:
    headings = [h for h in HEADINGS if h not in ("Day", "Reach")]
    rows = [[*row[:2], row[3], *row[5:]] for row in good_rows(2)]
    kept = keep_plan(planned(csv_of([headings, *rows])), account, NOW)
    assert kept.days == (date(2026, 11, 20), date(2026, 11, 20))
    frame = build_frame(account, "adset", business_now(account))
    assert sorted(figure(frame, "spend_lifetime")) == [40.0, 41.0]
    week = figure(frame, "spend_7d")
    assert all(value != value for value in week), "no day of it is known"


def test_the_same_file_again_changes_nothing(account: AdAccount) -> None:
    data = csv_of([HEADINGS, *good_rows()])
    keep_plan(planned(data), account, NOW)
    before = list(Reading.objects.order_by("pk").values_list("pk", "digest"))
    keep_plan(planned(data), account, NOW)
    assert list(Reading.objects.order_by("pk").values_list("pk", "digest")) == before
    assert AdSet.objects.filter(account=account).count() == 2


def test_a_watched_account_takes_no_file(db: None) -> None:
    watched = AdAccountFactory.create()
    with pytest.raises(ValueError, match="is watched at Meta"):
        keep_plan(planned(csv_of([HEADINGS, *good_rows()])), watched, NOW)
    assert not Reading.objects.exists()


def test_open_questions_are_not_skipped(account: AdAccount) -> None:
    headings = [h.replace(" (EUR)", "") for h in HEADINGS]
    with pytest.raises(ValueError, match="answer the questions"):
        keep_plan(planned(csv_of([headings, *good_rows()])), account, NOW)


@pytest.mark.parametrize(
    ("results", "counted"),
    [
        ({"Purchases": "2", "Leads": "3"}, ""),
        ({"Leads": "3", "Checkouts initiated": "4"}, "lead"),
        ({"Checkouts initiated": "4", "Adds to cart": "9"}, "omni_initiated_checkout"),
        ({"Purchases": "0", "Adds to cart": "9"}, ""),
        ({"Searches": "9"}, ""),
    ],
)
def test_a_file_without_purchases_counts_what_stands_nearest_to_them(
    account: AdAccount, results: dict[str, str], counted: str
) -> None:
    head = ["Campaign name", "Day", "Impressions", "Amount spent (EUR)", *results]
    rows = [["Autumn", f"2026-10-{day:02d}", "8000", "40.00", *results.values()] for day in range(1, 9)]
    keep_plan(planned(csv_of([head, *rows])), account, NOW)
    account.refresh_from_db()
    assert account.conversion_action_type == counted
