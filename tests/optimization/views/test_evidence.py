"""The picture is of whoever fired the rule, of the metric that decided, and compares like with like."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from metaads.models import AdAccount
from optimization.models import Action, Rule, RuleVersion
from optimization.views.evidence import SPEND, Deciding, chart_of, deciding, evidence_for, subject_of
from tests.factories.intelligence import reading
from tests.optimization.views.conftest import TRACE, MakeAction


def leaf(base: str, value: float | None = 5.0, result: str = "true", **changes: Any) -> dict[str, Any]:
    return {"node": "leaf", "base": base, "window": "7d", "value": value, "threshold": 2.0, "result": result, **changes}


def every(*children: dict[str, Any]) -> dict[str, Any]:
    return {"node": "all", "children": list(children)}


def test_a_ratio_says_more_than_a_sum() -> None:
    assert deciding(every(leaf("spend"), leaf("roas"))) == Deciding("roas", 7, 2.0)


def test_a_condition_that_did_not_hold_is_not_drawn() -> None:
    assert deciding(every(leaf("roas", result="false"), leaf("spend"))) == Deciding("spend", 7, 2.0)


def test_a_flat_zero_is_not_drawn() -> None:
    assert deciding(every(leaf("conversions", value=0.0), leaf("spend"))) == Deciding("spend", 7, 2.0)


@pytest.mark.parametrize("trace", [[], {}, None, "x", {"node": "all", "children": []}])
def test_without_a_trace_the_daily_spend_is_drawn(trace: object) -> None:
    assert deciding(trace) == SPEND


def ruled(action: Action, level: str) -> Action:
    rule = Rule.objects.create(name="R", category="loss_prevention", level=level)
    action.rule_version = RuleVersion.objects.create(
        rule=rule, number=1, document={}, summary="", created_at=timezone.now()
    )
    return action


def test_a_parents_budget_is_not_judged_by_its_childs_threshold(euro: AdAccount, make_action: MakeAction) -> None:
    action = ruled(make_action(euro, level="campaign"), "adset")
    assert subject_of(action).what == SPEND


def test_the_child_that_asked_is_drawn_when_it_is_known(euro: AdAccount, make_action: MakeAction) -> None:
    asked = {"level": "adset", "id": "77", "name": "IG engagers"}
    action = ruled(make_action(euro, level="campaign", metrics={"asked_of": asked}), "adset")
    subject = subject_of(action)
    assert (subject.level, subject.entity_id, subject.what.metric) == ("adset", "77", "cpa")


def test_the_line_rolls_over_the_rules_own_window(euro: AdAccount, make_action: MakeAction) -> None:
    action = make_action(euro, trace=TRACE)
    now = timezone.now()
    today = now.astimezone(euro.zone).date()
    for ago in range(1, 9):
        rows = {action.entity_id: {"spend": 100.0, "actions.omni_purchase": float(2 if ago == 1 else 1)}}
        reading(euro, "adset", today - timedelta(days=ago), now - timedelta(hours=ago), rows)
    shown = evidence_for([action], {euro.pk: euro}, {euro.pk: now})[action.pk]
    assert (shown.label, shown.note) == ("CPA, 7 days", "87.50 EUR")  # 700 spent for 8 purchases


def test_no_reading_is_said_and_not_drawn_as_zero(euro: AdAccount, make_action: MakeAction) -> None:
    action = make_action(euro)
    now = timezone.now()
    assert evidence_for([action], {euro.pk: euro}, {euro.pk: now})[action.pk].note == "no data"
    assert "no data" in chart_of(action, now, [])
