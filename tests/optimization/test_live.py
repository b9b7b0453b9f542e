"""Real-time rules: between two collections their entities alone are read, and these rules alone looked at."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from intelligence.collect import live as collect_live_module
from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.live import live_frame
from intelligence.models import Freshness, HourBlock, Reading, StoredFrame
from intelligence.observe import observe
from metaads.models import AdAccount, Level, Role
from optimization import live
from optimization.live import has_live_rules, live_entities, live_is_due, look_live
from optimization.models import Action, Rule, Run
from optimization.rules.services import save_rule, set_active
from tests.factories.metaads import MembershipFactory, UserFactory
from tests.intelligence.conftest import Meta, meet, meta  # noqa: F401

MINUTES = timedelta(minutes=1)


@pytest.fixture
def admin(db: None) -> User:
    made: User = UserFactory.create(is_superuser=True)
    return made


@pytest.fixture
def rule(meta: Meta, admin: User) -> Callable[..., Rule]:  # noqa: F811
    """A rule on ad sets, every five minutes unless told otherwise; it cuts what spent anything today."""
    MembershipFactory.create(user=admin, account=meta.account, role=Role.ADMIN)

    def make(every: str = "5min", **filters: Any) -> Rule:
        document = {
            "conditions": {"all": [{"field": "spend_today", "operator": ">", "value": 0}]},
            "actions": [{"kind": "decrease_budget", "parameters": {"percent": 10}}],
            "mode": "approval_required",
            "schedule": {"every": every},
            "filters": filters,
        }
        made = Rule.objects.create(name=f"Every {every}", category="loss_prevention", level="adset", owner=admin)
        made.accounts.set([meta.account])
        save_rule(made, document, admin, meta.now)
        set_active(made, True, admin, meta.now, without_dry_run="tested elsewhere")
        return made

    return make


def counts() -> tuple[int, ...]:
    full = Reading.objects.exclude(window="live")
    return full.count(), HourBlock.objects.count(), StoredFrame.objects.count()


def minutes_later(meta: Meta, minutes: float) -> datetime:  # noqa: F811
    return meta.advance(minutes / 60)


def spend(account: AdAccount, now: datetime, name: str = "spend_today") -> dict[str, float]:
    frame = live_frame(account, Level.AD_SET, now)
    return dict(zip(frame.ids.tolist(), column(frame, resolve(name)).tolist(), strict=True))


def test_without_a_real_time_rule_nothing_is_read_between_two_collections(
    meta: Meta,  # noqa: F811
    rule: Callable[..., Rule],
) -> None:
    rule("new_data")
    observe(meta.account, meta.now)
    now = minutes_later(meta, 15)
    assert not has_live_rules(meta.account)
    assert not live_is_due(meta.account, now)
    calls = len(meta.wire.sent)
    assert "no real-time rule" in look_live(meta.account, now)
    assert len(meta.wire.sent) == calls


def test_only_the_rules_own_entities_are_asked_for_by_id(meta: Meta, rule: Callable[..., Rule]) -> None:  # noqa: F811
    observe(meta.account, meta.now)
    campaign = StoredFrame.objects.filter(level="adset").count() and str(
        next(iter(live_frame(meta.account, Level.CAMPAIGN, meta.now).ids))
    )
    rule(campaign_ids=[campaign])
    wanted = live_entities(meta.account, meta.now)
    assert set(wanted) == {"adset"}
    everybody = live_frame(meta.account, Level.AD_SET, meta.now).ids.tolist()
    assert 0 < len(wanted["adset"]) < len(everybody)
    before = len(meta.wire.sent)
    look_live(meta.account, minutes_later(meta, 15))
    urls = [request.url or "" for request in meta.wire.sent[before:]]
    assert len(urls) == 1
    assert all(f"%22{entity}%22" in urls[0] for entity in wanted["adset"])


def test_a_live_look_leaves_the_levels_freshness_hours_and_frames_alone(
    meta: Meta,  # noqa: F811
    rule: Callable[..., Rule],
) -> None:
    rule()
    first = meta.now
    observe(meta.account, first)
    before = counts()
    look_live(meta.account, minutes_later(meta, 20))
    assert counts() == before
    assert set(Freshness.objects.values_list("read_at", flat=True)) == {first}


def test_the_rule_sees_what_was_spent_since(meta: Meta, rule: Callable[..., Rule]) -> None:  # noqa: F811
    rule()
    observe(meta.account, meta.now)
    before = spend(meta.account, meta.now)
    now = minutes_later(meta, 30)
    look_live(meta.account, now)
    after = spend(meta.account, now)
    assert sum(after.values()) > sum(before.values())
    assert live_frame(meta.account, Level.AD_SET, now).read_at == now
    run = Run.objects.get(kind="live")
    assert run.counts["matched"] > 0
    action = Action.objects.filter(account=meta.account).first()
    assert action is not None
    assert action.proposed_at == now


def test_other_rules_wait_for_the_next_collection(meta: Meta, rule: Callable[..., Rule]) -> None:  # noqa: F811
    mine, other = rule(), rule("hourly")
    observe(meta.account, meta.now)
    look_live(meta.account, minutes_later(meta, 10))
    assert Run.objects.get(kind="live").counts["rules"] == [mine.pk]
    assert other.pk != mine.pk


def test_a_fifteen_minute_window_is_the_difference_of_two_live_reads(
    meta: Meta,  # noqa: F811
    rule: Callable[..., Rule],
) -> None:
    rule()
    observe(meta.account, meta.now)
    totals = [spend(meta.account, meta.now)]
    for _ in range(4):
        now = minutes_later(meta, 15)
        look_live(meta.account, now)
        totals.append(spend(meta.account, now))
    window = spend(meta.account, meta.now, "spend_15min")
    watched = [one for one in live_entities(meta.account, meta.now + 5 * MINUTES)["adset"] if one in totals[-1]]
    assert watched
    for entity in watched:
        assert window[entity] == pytest.approx(totals[-1][entity] - totals[-2][entity], nan_ok=True)
    assert sum(window[entity] for entity in watched) > 0


def test_who_was_not_watched_has_no_fifteen_minute_window(
    meta: Meta,  # noqa: F811
    rule: Callable[..., Rule],
) -> None:
    observe(meta.account, meta.now)
    campaign = str(next(iter(live_frame(meta.account, Level.CAMPAIGN, meta.now).ids)))
    rule(campaign_ids=[campaign])
    watched = set(live_entities(meta.account, meta.now)["adset"])
    for _ in range(3):
        look_live(meta.account, minutes_later(meta, 15))
    window = spend(meta.account, meta.now, "spend_15min")
    others = [value for entity, value in window.items() if entity not in watched]
    assert others
    assert all(value != value for value in others), "unknown, not the whole day"


def test_a_look_falls_due_five_minutes_after_the_last(meta: Meta, rule: Callable[..., Rule]) -> None:  # noqa: F811
    rule()
    assert not live_is_due(meta.account, meta.now), "nothing was ever read"
    observe(meta.account, meta.now)
    assert not live_is_due(meta.account, meta.now + 4 * MINUTES)
    assert live_is_due(meta.account, meta.now + 5 * MINUTES)
    look_live(meta.account, minutes_later(meta, 15))
    assert not live_is_due(meta.account, meta.now + 4 * MINUTES)


def test_a_rule_that_covers_too_much_is_left_to_the_hour(
    meta: Meta,  # noqa: F811
    rule: Callable[..., Rule],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "MOST", 2)
    rule()
    observe(meta.account, meta.now)
    assert live_entities(meta.account, meta.now) == {}


def test_a_failure_at_meta_is_told_and_the_last_reading_stands(
    meta: Meta,  # noqa: F811
    rule: Callable[..., Rule],
) -> None:
    rule()
    observe(meta.account, meta.now)
    meta.control.fault("insights_limit", count=1)
    text = look_live(meta.account, minutes_later(meta, 15))
    assert "too many calls" in text
    assert not Run.objects.filter(kind="live").exists()


def test_ids_go_a_hundred_a_call(meta: Meta, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    observe(meta.account, meta.now)
    monkeypatch.setattr(collect_live_module, "IDS_IN_CALL", 3)
    ids = live_frame(meta.account, Level.AD_SET, meta.now).ids.tolist()[:7]
    before = len(meta.wire.sent)
    result = collect_live_module.collect_live(meta.account, {"adset": ids}, minutes_later(meta, 15))
    assert (result.asked, len(meta.wire.sent) - before) == ({"adset": 7}, 3)
