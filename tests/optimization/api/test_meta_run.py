"""POST /meta/optimization/run: the optimiser looks now, for admins."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from metaads.clock import business_now
from metaads.models import AdAccount, Role
from optimization.models import Action, OptimizerSettings, Source
from tests.factories.metaads import MembershipFactory, UserFactory
from tests.optimization.api.conftest import calling
from tests.optimization.optimizer.estate import SPENT, Estate

RUN = "/meta/optimization/run"


@pytest.fixture(autouse=True)
def on(settings: Any) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "OPTIMIZER_ENABLED": True}


@pytest.fixture
def estate(db: None) -> Estate:
    made = Estate()
    for roas in (1.2, 1.3):
        made.ad_set(made.campaign(roas), roas, spent=SPENT * 30)
    made.frames(business_now(made.account))
    return made


def member(account: AdAccount, role: Role) -> User:
    user: User = UserFactory.create()
    MembershipFactory.create(user=user, account=account, role=role)
    return user


def test_it_answers_what_was_looked_at_and_proposed(estate: Estate) -> None:
    admin = calling(member(estate.account, Role.ADMIN))
    first = next(iter(estate.roas))
    answer = admin.post(RUN, {"campaign_ids": [first], "lookback_days": 7}, format="json")
    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert 0 < body.pop("execution_time_seconds") < 5
    assert body == {"started": True, "processed_campaigns": 1, "actions_suggested": 1}
    assert (Action.objects.get().campaign_id, Action.objects.get().source) == (first, Source.OPTIMIZER)
    assert admin.post(RUN, {}, format="json").json()["processed_campaigns"] == 2


def test_it_is_for_admins_of_the_campaigns_account(estate: Estate) -> None:
    asked = {"campaign_ids": [next(iter(estate.roas))]}
    manager = calling(member(estate.account, Role.MANAGER))
    assert manager.post(RUN, asked, format="json").status_code == 403
    assert manager.post(RUN, {}, format="json").status_code == 403
    stranger = calling(member(Estate().account, Role.ADMIN))
    assert stranger.post(RUN, asked, format="json").status_code == 404
    assert not Action.objects.exists()


@pytest.mark.parametrize("body", [{"lookback_days": 5}, {"campaign_ids": "all"}, {"campaigns": []}])
def test_odd_bodies_are_refused(estate: Estate, body: dict[str, Any]) -> None:
    assert calling(member(estate.account, Role.ADMIN)).post(RUN, body, format="json").status_code == 400


def test_switched_off_is_a_conflict_and_no_data_no_start(estate: Estate) -> None:
    other = Estate()
    nothing = calling(member(other.account, Role.ADMIN)).post(RUN, {}, format="json")
    assert (nothing.status_code, nothing.json()["started"]) == (200, False)
    OptimizerSettings.objects.create(enabled=False)
    off = calling(member(estate.account, Role.ADMIN)).post(RUN, {}, format="json")
    assert (off.status_code, off.json()["code"]) == (409, "switched_off")
