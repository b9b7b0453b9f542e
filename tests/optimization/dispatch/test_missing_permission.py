"""A plan one of whose steps lacks a permission."""

from datetime import timedelta

from pytest_django import Settings

from optimization.dispatch import run_action
from optimization.models import Hold, Status
from tests.optimization.conftest import NOW, Meta
from tests.optimization.dispatch.plans import approved_plan, budget, journal, two_ad_sets


def test_a_step_that_lacks_a_permission_puts_back_what_was_changed(meta: Meta, settings: Settings) -> None:
    settings.EXECUTOR_SETTLE = timedelta(0)
    meta.forget_minimums()
    first, second = two_ad_sets(meta)
    action = approved_plan(first, budget(first, 1500), budget(second, 2600))
    meta.control.fault("no_permission", method="POST", path=second.meta_id, count=None)
    ended = run_action(action.pk, NOW)
    action.refresh_from_db()
    assert ended is Status.FAILED, action.outcome_note
    assert journal(action) == {"1": "done", "2": "failed", "r1": "done"}
    assert "Requires ads_management permission" in action.outcome_note
    assert meta.budget(first.meta_id) == first.daily_budget
    assert not Hold.objects.exists()
