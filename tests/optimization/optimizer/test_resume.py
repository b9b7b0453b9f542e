"""What the optimiser paused too early: what carries no budget is looked at like what does."""

from datetime import timedelta

import pytest

from metaads.models import Ad, AdSet
from optimization.knobs import Knobs
from optimization.models import Source, Status
from optimization.optimizer.drafting import OLD_BUDGET
from optimization.optimizer.wants import wants
from tests.factories.optimization import NOW, pause_action
from tests.optimization.optimizer.estate import SPENT, Estate

pytestmark = pytest.mark.django_db


def paused(ad_set: AdSet, level: str, meta_id: str, budget: int | None) -> None:
    """By the optimiser a day ago."""
    pause_action(
        ad_set,
        level=level,
        entity_id=meta_id,
        source=Source.OPTIMIZER,
        status=Status.EXECUTED,
        executed_at=NOW - timedelta(days=1),
        metrics={OLD_BUDGET: budget},
    )


def test_an_ad_that_we_paused_has_no_budget_and_is_switched_on_again() -> None:
    estate = Estate()
    ad_set = estate.ad_set(estate.campaign(), 1.7, spent=SPENT * 30)
    ad = estate.ad(ad_set, 3.0, spent=SPENT * 30)
    estate.ad(ad_set, 1.7, spent=SPENT * 30)
    Ad.objects.filter(pk=ad.pk).update(status="PAUSED", effective_status="PAUSED")
    paused(ad_set, "ad", ad.meta_id, None)

    found = wants(estate.account, estate.frames(), Knobs(), NOW)

    assert [(one.kind, one.entity.meta_id) for one in found.drafts] == [("activate", ad.meta_id)]


def test_an_ad_set_comes_back_at_the_budget_that_it_had() -> None:
    estate = Estate()
    campaign = estate.campaign()
    ad_set = estate.ad_set(campaign, 3.0, spent=SPENT * 30)
    estate.ad_set(campaign, 1.7, spent=SPENT * 30)
    AdSet.objects.filter(pk=ad_set.pk).update(status="PAUSED", effective_status="PAUSED")
    paused(ad_set, "adset", ad_set.meta_id, ad_set.daily_budget)

    found = wants(estate.account, estate.frames(), Knobs(), NOW)

    assert ("activate", ad_set.meta_id) in [(one.kind, one.entity.meta_id) for one in found.drafts]
