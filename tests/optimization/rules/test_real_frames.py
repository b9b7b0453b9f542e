"""Shipped templates and durations on frames built from readings, fresh and loaded from the store."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from intelligence.metrics.frame import Frame
from intelligence.metrics.table import build_frame, load_frame, store_frame
from intelligence.models import StoredFrame
from metaads.models import AdAccount, Level
from optimization.rules.compile import CompiledRule, compile_rule
from optimization.rules.evaluate import evaluate
from optimization.rules.history import context_for
from optimization.rules.schema import parse
from optimization.rules.templates import TEMPLATES
from optimization.rules.trace import trace
from tests.factories.intelligence import reading
from tests.factories.metaads import AdSetFactory
from tests.optimization.rules.build import compiled, leaf

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
Build = Callable[[AdAccount], Frame]
ROWS = {
    "11": {"spend": 10.0, "impressions": 500.0, "clicks": 9.0, "actions.link_click": 5.0},
    "12": {"spend": 10.0, "impressions": 500.0, "clicks": 9.0},
    "13": {"spend": 10.0, "impressions": 500.0, "clicks": 9.0, "actions.omni_purchase": 1.0},
}


@pytest.fixture
def account(db: None) -> AdAccount:
    """Three ad sets over eight days: clicks without purchase, actions not reported, purchases."""
    first = AdSetFactory(meta_id="11")
    for meta_id in ("12", "13"):
        AdSetFactory(meta_id=meta_id, campaign=first.campaign)
    for ago in range(8):
        day = (NOW - timedelta(days=ago)).date()
        reading(first.account, Level.AD_SET, day, min(NOW, NOW - timedelta(days=ago - 1)), ROWS)
    account: AdAccount = first.account
    return account


def fresh(account: AdAccount) -> Frame:
    return build_frame(account, Level.AD_SET, NOW)


def stored(account: AdAccount) -> Frame:
    store_frame(fresh(account))
    return load_frame(StoredFrame.objects.select_related("account").get())


def said(rule: CompiledRule, account: AdAccount, frame: Frame) -> dict[str, str]:
    context = context_for(account, frame)
    return {str(frame.ids[i]): trace(rule, frame, i, context)["result"] for i in range(len(frame))}


@pytest.mark.parametrize("build", [fresh, stored])
def test_the_stop_loss_fires_on_clicks_without_purchase_and_not_on_unreported_actions(
    account: AdAccount, build: Build
) -> None:
    template = TEMPLATES["zero_conversions"]
    rule = compile_rule(parse(template.document(lambda dollars: dollars), template.level))
    frame = build(account)
    assert said(rule, account, frame) == {"11": "true", "12": "no data", "13": "false"}
    assert [str(frame.ids[i]) for i in evaluate(rule, frame).rows] == ["11"]


@pytest.mark.parametrize("build", [fresh, stored])
def test_a_duration_reads_the_days_of_the_frame(account: AdAccount, build: Build) -> None:
    rule = compiled(leaf("conversions", "for_days", {"days": 5, "operator": "=", "value": 0}))
    assert said(rule, account, build(account)) == {"11": "true", "12": "no data", "13": "false"}


@pytest.mark.parametrize("build", [fresh, stored])
def test_every_shipped_template_can_be_evaluated(account: AdAccount, build: Build) -> None:
    frame = build(account)
    for template in TEMPLATES.values():
        rule = compile_rule(parse(template.document(lambda dollars: dollars), template.level))
        assert len(said(rule, account, frame)) == 3
