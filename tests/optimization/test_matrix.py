"""Who may ask for what: every address of the pages and of the API x every role x own and foreign objects.

The addresses are walked in the URL conf itself: a new one without a line in the table fails here.
"""

import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from intelligence.models import CalendarEvent
from metaads.models import Ad, AdAccount, Role
from optimization.api.meta_urls import urlpatterns as of_meta
from optimization.api.urls import urlpatterns as of_api
from optimization.incident.emergency import emergency
from optimization.models import EntityLock, ExportFile, Job, OrchestratorRun
from optimization.orchestrator.goals import make_goal
from optimization.urls import urlpatterns as of_pages
from tests.factories.metaads import AdAccountFactory, AdFactory, MembershipFactory, UserFactory
from tests.factories.optimization import make_rule
from tests.optimization.conftest import pending
from tests.optimization.matrix import FINE, LOGIN, TABLE, WHO, Line
from tests.optimization.rules.native.build import native
from tests.optimization.views.conftest import signed_in

CASES = [(name, number) for name, lines in TABLE.items() for number in range(len(lines))]


@dataclass(frozen=True)
class World:
    people: dict[str, User]
    held: dict[str, str]

    def value(self, told: Any) -> Any:
        if isinstance(told, list):
            return [self.value(one) for one in told]
        return self.held[told[1:]] if isinstance(told, str) and told.startswith("$") else told


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once for all addresses; what an answer changes is rolled back at once (`_answer`)."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(made: World, db: None) -> World:
    cache.clear()
    return made


def make_world() -> World:
    """One account with something of everything, and a person of each kind. Strangers have an account of their own."""
    account: AdAccount = AdAccountFactory.create(currency="EUR")
    people = {role: UserFactory.create(username=role) for role in WHO[1:5]}
    people["superuser"] = UserFactory.create(username="root", is_superuser=True, is_staff=True)
    for role in Role:
        MembershipFactory.create(user=people[role.value], account=account, role=role)
    MembershipFactory.create(user=people["stranger"], account=AdAccountFactory.create(), role=Role.VIEWER)
    ad: Ad = AdFactory.create(ad_set__campaign__account=account)
    now = timezone.now()
    event = CalendarEvent.objects.create(
        account=account, name="Sale", kind="promotion", first_day=now.date(), last_day=now.date()
    )
    file = ExportFile.objects.create(
        user=UserFactory.create(), name="a.csv", data=_packed(), answers={}, created_at=now
    )
    rule = make_rule(account, {"field": "spend_7d", "operator": ">", "value": 50})
    job = Job.objects.create(
        kind="backtest", account=account, parameters={"rules": [str(rule.public_id)]}, created_at=now
    )
    goal = make_goal(account, "sales", None, now)
    held = {
        "goal": goal.public_id, "goal_creative": goal.creatives.create(
            name="A", origin="creative", creative_id="1", created_at=now).public_id,
        "goal_run": OrchestratorRun.objects.create(account=account, trigger="user", started_at=now).public_id,
        "account": account.pk, "account_meta": account.meta_id, "campaign": ad.campaign.meta_id,
        "ad_set": ad.ad_set.meta_id, "ad": ad.meta_id, "event": event.pk, "file": file.pk,
        "rule": rule.public_id, "job": job.public_id,
        "action": pending(ad.ad_set, 8_000).public_id,
        "simulation": Job.objects.create(kind="simulate", account=account, created_at=now).public_id,
        "native": native(account).pk,
        "lock": EntityLock.objects.create(account=account, level="ad", entity_id="1", locked_at=now).pk,
        "incident": emergency(account, None, now, "A test.").public_id,
    }  # fmt: skip
    return World(people, {name: str(value) for name, value in held.items()})


def _packed() -> bytes:
    return zlib.compress(b"Campaign name,Impressions,Amount spent (EUR)\nA,10,1\nB,20,2\n")


def _clients(world: World) -> Iterator[tuple[str, Client]]:
    yield "nobody", Client()
    for who, user in world.people.items():
        yield who, signed_in(user)


def _kwargs(line: Line, world: World, name: str) -> dict[str, Any]:
    found = {key: told.removeprefix("word:") if told.startswith("word:") else world.held[told]
             for key, told in line.kwargs.items()}  # fmt: skip
    return {key: uuid.UUID(value) if key in ("public_id", "job_id", "creative") or name.startswith("import") else value
            for key, value in found.items()}  # fmt: skip


def _answer(client: Client, name: str, line: Line, world: World) -> int:
    url = "/api/nothing" if name == "api-unknown" else reverse(name, kwargs=_kwargs(line, world, name))
    data = {key: world.value(told) for key, told in line.data.items()}
    json = {"content_type": "application/json"} if name.startswith(("api-", "meta-")) and line.method != "get" else {}
    with transaction.atomic():
        answer = getattr(client, line.method)(url, data, **json)
        transaction.set_rollback(True)
    if answer.status_code == LOGIN:
        return LOGIN if "/accounts/login" in answer["Location"] else FINE
    return FINE if answer.status_code in {200, 201, 202, 204, 409, 422} else int(answer.status_code)


def test_every_address_has_its_line() -> None:
    names = {pattern.name for pattern in [*of_pages, *of_api, *of_meta]}
    assert names == set(TABLE)
    assert all(len(line.codes) == len(WHO) for lines in TABLE.values() for line in lines)


@pytest.mark.parametrize(("name", "number"), CASES, ids=[f"{name}-{number}" for name, number in CASES])
def test_each_role_may_ask_for_what_is_its_own_and_for_no_more(name: str, number: int, world: World) -> None:
    line = TABLE[name][number]
    found = {who: _answer(client, name, line, world) for who, client in _clients(world)}
    assert found == dict(zip(WHO, line.codes, strict=True))
