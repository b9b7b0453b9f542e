"""The optimiser end to end, against the sandbox: alone within its limits in auto mode, waiting in suggest mode."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from optimization.ledger import verify
from optimization.models import AccountLimits, Action, OptimizerSettings, Run, Source, Status
from optimization.models.run import OPTIMIZE
from tests.flows.conftest import LocalMeta

pytestmark = pytest.mark.django_db(transaction=True)


def test_in_auto_mode_it_scales_within_limits_and_pauses_alone_in_suggest_mode_it_waits(
    local_meta: LocalMeta, settings: Any
) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "OPTIMIZER_ENABLED": True}
    auto, suggest = local_meta.accounts[:2]
    OptimizerSettings.objects.create(mode="auto", max_daily_change_percent=10)
    for account, mode in ((auto, "auto"), (suggest, "suggest")):
        AccountLimits.objects.create(account=account, mode=mode, require_approval_days=0, max_correlated_percent=100)
    call_command("tick", stdout=StringIO())

    wanted = Action.objects.filter(account=auto, source=Source.OPTIMIZER)
    done = wanted.filter(status=Status.EXECUTED, alone=True)
    raised, paused = done.filter(kind="increase_budget"), done.filter(kind="pause")
    assert raised, [(one.kind, one.why_not_alone) for one in wanted]
    assert paused
    for one in raised:
        assert one.value_before < one.value_final <= one.value_before * 1.1 < one.value_wanted
        assert "The guard rails leave" in one.reason
        assert local_meta.writes(one.entity_id)[-1]["after"] == {"daily_budget": one.value_final}
    assert all(local_meta.writes(one.entity_id)[-1]["after"] == {"status": "PAUSED"} for one in paused)
    left = wanted.exclude(pk__in=done)
    assert left, "cuts of 30 % wait"
    assert set(left.values_list("status", flat=True)) == {Status.PENDING}
    assert Run.objects.get(account=auto, kind=OPTIMIZE).counts["alone"] == done.count()

    theirs = Action.objects.filter(account=suggest, source=Source.OPTIMIZER)
    assert set(theirs.values_list("status", "alone")) == {(Status.PENDING, False)}
    assert len(local_meta.writes()) == done.count()
    assert verify() == []
