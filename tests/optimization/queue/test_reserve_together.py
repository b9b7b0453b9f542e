"""Many workers claim at once, each with a connection of its own: the limit holds on every database."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections, transaction

from optimization.models import Action, LimitCounter, Source
from optimization.queue.reserve import NoRoom, take
from tests.factories.metaads import AdSetFactory, CampaignFactory
from tests.factories.optimization import NOW, budget_action, keep_frame, limits

WORKERS = 8


def test_of_eight_claims_at_once_four_find_room(transactional_db: None) -> None:
    ad_set = AdSetFactory.create()
    actions = [budget_action(ad_set, 9_000 - n, status="failed").pk for n in range(WORKERS)]
    together = Barrier(WORKERS, timeout=30)

    def claim(action_id: int) -> bool:
        try:
            action = Action.objects.select_related("account").get(pk=action_id)
            together.wait()
            with transaction.atomic():
                take(action, limits(), NOW)
        except NoRoom:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(WORKERS) as pool:
        answers = list(pool.map(claim, actions))
    assert sum(answers) == 4
    assert LimitCounter.objects.get().used == 4


@pytest.mark.parametrize("raises", [1_000])
def test_of_four_raises_at_once_two_fit_into_the_day(transactional_db: None, raises: int) -> None:
    ad_set = AdSetFactory.create()
    keep_frame(ad_set.account, "adset", {"ids": [ad_set.meta_id]})
    actions = [budget_action(ad_set, 10_000 + raises, status="failed").pk for _ in range(4)]
    together = Barrier(4, timeout=30)

    def claim(action_id: int) -> bool:
        try:
            action = Action.objects.select_related("account").get(pk=action_id)
            together.wait()
            with transaction.atomic():
                take(action, limits(max_budget_changes_per_day=4), NOW)
        except NoRoom:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(claim, actions))
    raised = LimitCounter.objects.get(name__startswith="raised").used
    assert raised <= 2_000
    assert raised == sum(answers) * raises


def test_raises_of_many_ad_sets_by_machines_and_people_never_pass_the_accounts_limits(transactional_db: None) -> None:
    """Eight workers, two accounts, no circle of locks: 200.00 a day by machines, 2,180.00 of budgets by anybody."""
    caps = limits(max_total_budget_usd=Decimal(1_000_000), max_campaign_budget=Decimal(2_180))
    campaigns = [CampaignFactory.create() for _ in range(2)]
    keys: list[int] = []
    for campaign in campaigns:
        sets = [AdSetFactory.create(campaign=campaign, daily_budget=50_000) for _ in range(4)]
        keep_frame(campaign.account, "adset", {"ids": [one.meta_id for one in sets]})
        sources = [Source.RULE, Source.PERSON, Source.OPTIMIZER, Source.RULE]
        keys += [budget_action(one, 58_000, source=by).pk for one, by in zip(sets, sources, strict=True)]
    together = Barrier(WORKERS, timeout=60)

    def claim(action_id: int) -> bool:
        try:
            action = Action.objects.select_related("account").get(pk=action_id)
            together.wait()
            with transaction.atomic():
                reserved = take(action, caps, NOW)
                Action.objects.filter(pk=action_id).update(reserved=reserved, status="executing")
        except NoRoom:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(WORKERS) as pool:
        answers = dict(zip(keys, pool.map(claim, keys), strict=True))
    for campaign in campaigns:
        taken = Action.objects.filter(account=campaign.account, status="executing")
        assert taken.count() * 8_000 == LimitCounter.objects.get(account=campaign.account, name="exposure").used
        assert taken.count() == 2, "180.00 of room hold two raises of 80.00, whoever wants them"
        assert all(answers[pk] for pk in taken.values_list("pk", flat=True))
    assert LimitCounter.objects.get(account__isnull=True).used == 4 * 8_000
