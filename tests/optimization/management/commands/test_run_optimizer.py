"""`run_optimizer`: a look at once, told in lines; a dry run stores nothing."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from metaads.clock import business_now
from optimization.models import Action, LedgerEvent, Run
from tests.optimization.optimizer.estate import SPENT, Estate

pytestmark = pytest.mark.django_db


def test_it_tells_what_it_proposed_and_why_not(settings: Any) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "OPTIMIZER_ENABLED": True}
    estate = Estate()
    for roas in (1.2, 1.75):
        estate.ad_set(estate.campaign(roas), roas, spent=SPENT * 30)
    estate.frames(business_now(estate.account))
    out = StringIO()
    call_command("run_optimizer", "--dry-run", stdout=out)
    assert [model.objects.count() for model in (Run, Action, LedgerEvent)] == [0, 0, 0]
    call_command("run_optimizer", stdout=out)
    assert Action.objects.get().kind == "decrease_budget"
    text = out.getvalue()
    assert text.count("2 campaigns looked at, 1 actions proposed, 0 went alone") == 2
    assert "skipped 1: its ROAS asks for no change" in text
    assert "decrease_budget Ad set" in text
