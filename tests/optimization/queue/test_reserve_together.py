"""Many workers claim at once, each with a connection of its own: the limit holds on every database."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections, transaction

from optimization.models import Action, LimitCounter
from optimization.queue.reserve import NoRoom, take
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, limits

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
