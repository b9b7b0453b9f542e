"""An account in which nothing stands in the way of a change, without a database."""

from datetime import datetime
from functools import cached_property

from metaads.models import AdAccount
from optimization.entities import Entity
from optimization.queue.estate import Estate
from optimization.queue.figures import Figures
from optimization.queue.hands import Hands
from optimization.queue.objects import CampaignRow, Objects
from tests.factories.optimization import NOW, limits


class Ample(Figures):
    """An account that spends a lot, on ads that nobody is tired of."""

    @cached_property
    def spent_yesterday(self) -> int | None:
        return 10**9

    @cached_property
    def account_spend(self) -> int | None:
        return 10**9

    def spend_of(self, level: str, entity_id: str) -> int | None:
        return 1_000

    def fatigue_of(self, level: str, entity_id: str) -> float | None:
        return 0.0


class Plain(Objects):
    """Sales campaigns with many ad sets, without a database."""

    @cached_property
    def campaigns(self) -> dict[str, CampaignRow]:
        return {}

    def objective(self, campaign_id: str) -> str:
        return "OUTCOME_SALES"

    def siblings(self, campaign_id: str) -> int:
        return 1_000

    def learning(self, entity: Entity) -> str:
        return entity.learning_status

    def least_budget(self, entity: Entity) -> int | None:
        return None

    @cached_property
    def made_for_goals(self) -> frozenset[str]:
        return frozenset()


def ample(account: AdAccount, now: datetime = NOW) -> Estate:
    """Nothing in the account stands in the way of a change."""
    nobody = Hands(now, 24, account.meta_id, [], [], [])
    figures, objects = Ample(lambda _: None, account.currency), Plain(account, now, lambda _: None)
    return Estate(account, now, limits(), figures, objects, lambda: nobody)
