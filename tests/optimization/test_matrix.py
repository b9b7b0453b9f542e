"""Who may ask for what: every address of the pages and of the API x every role x own and foreign objects.

The addresses are walked in the URL conf itself: a new one without a line in the table fails here.
"""

import uuid
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intelligence.models import CalendarEvent
from metaads.models import Ad, AdAccount, Role
from optimization.api.urls import urlpatterns as of_api
from optimization.models import Action, ExportFile, Job
from optimization.urls import urlpatterns as of_pages
from tests.factories.metaads import AdAccountFactory, AdFactory, MembershipFactory, UserFactory
from tests.factories.optimization import make_rule
from tests.optimization.rules.build import document, leaf
from tests.optimization.rules.native.build import native
from tests.optimization.views.conftest import signed_in

WHO = ("nobody", "stranger", "viewer", "manager", "admin", "superuser")
LOGIN, FINE, NO, NONE, WRONG = 302, 200, 403, 404, 400
TO_ALL = (LOGIN, FINE, FINE, FINE, FINE, FINE)
TO_MEMBERS = (LOGIN, NONE, FINE, FINE, FINE, FINE)
TO_MANAGERS = (LOGIN, NONE, NO, FINE, FINE, FINE)
MANAGERS_ONLY = (LOGIN, NO, NO, FINE, FINE, FINE)
OWN_FILE = (LOGIN, NO, NO, NONE, NONE, FINE)
API_ALL = (401, FINE, FINE, FINE, FINE, FINE)
API_MEMBERS = (401, NONE, FINE, FINE, FINE, FINE)
API_MANAGERS = (401, NONE, NO, FINE, FINE, FINE)


@dataclass(frozen=True)
class Line:
    """`codes` in the order of WHO; FINE is any answer that is no refusal (2xx, a redirect elsewhere, 422 of a
    form, 409 of a state that does not allow it).

    `kwargs` name what the world holds; `data` likewise (a value beginning with `$`)."""

    codes: tuple[int, ...]
    method: str = "get"
    kwargs: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)


ACTION = {"public_id": "action"}
RULE = {"public_id": "rule"}
OF_RULE, OF_JOB = {"id": "rule"}, {"id": "simulation"}
A_RULE = {
    "name": "Stop", "category": "loss_prevention", "level": "adset", "accounts": ["$account_meta"],
    "document": document(leaf("spend_7d", ">", 50)),
}  # fmt: skip
A_TRY = {"account": "$account_meta", "level": "adset", "document": A_RULE["document"]}
OF_ACCOUNT = {"level": "word:account", "id": "account_meta"}
TABLE: dict[str, list[Line]] = {
    "dashboard": [Line(TO_ALL)],
    "actions": [Line(TO_ALL)],
    "actions-bulk": [Line(MANAGERS_ONLY, "post", data={"decision": "approve"})],
    "action": [Line(TO_MEMBERS, kwargs=ACTION)],
    "action-card": [Line(TO_MEMBERS, kwargs=ACTION)],
    **{
        f"action-{verb}": [Line(TO_MANAGERS, "post", ACTION, {"reason": "A test.", "seen": "in_effect"})]
        for verb in ("approve", "reject", "modify", "cancel", "undo", "keep", "resolve", "back")
    },
    "campaigns": [Line(TO_ALL)],
    "campaign": [Line(TO_MEMBERS, kwargs={"meta_id": "campaign"})],
    "ad-set": [Line(TO_MEMBERS, kwargs={"meta_id": "ad_set"})],
    "ad": [Line(TO_MEMBERS, kwargs={"meta_id": "ad"})],
    "entity-tags": [Line(TO_MANAGERS, "post", {"level": "word:adset", "meta_id": "ad_set"}, {"tags": "a, b"})],
    "rules": [Line(TO_ALL)],
    "rule-new": [Line(MANAGERS_ONLY), Line(MANAGERS_ONLY, "post")],
    "rule-preview": [Line(MANAGERS_ONLY, "post")],
    "rule-templates": [Line(MANAGERS_ONLY)],
    "rule-templates-past": [Line(MANAGERS_ONLY), Line(MANAGERS_ONLY, "post")],
    "rule-edit": [Line(TO_MANAGERS, kwargs={"public_id": "rule"}), Line(TO_MANAGERS, "post", {"public_id": "rule"})],
    "rule": [Line(TO_MEMBERS, kwargs=RULE)],
    "rule-switch": [Line(TO_MANAGERS, "post", RULE, {"active": "1"})],
    "rule-archive": [Line(TO_MANAGERS, "post", RULE)],
    "rule-copy": [Line(TO_MANAGERS, "post", RULE)],
    "rule-backtest": [Line(TO_MEMBERS, "post", RULE, {"since": "2026-01-01", "until": "2026-01-02"})],
    "rule-simulate": [Line(TO_MEMBERS, "post", RULE, {"days": "7"})],
    "rule-job-stop": [Line(TO_MEMBERS, "post", {**RULE, "job_id": "job"})],
    "rule-yaml": [Line(TO_MEMBERS, kwargs=RULE)],
    "rule-import": [Line(MANAGERS_ONLY), Line(MANAGERS_ONLY, "post")],
    "rule-export": [Line(TO_ALL)],
    "rule-native": [Line(TO_MANAGERS, "post", {"pk": "native"})],
    "rule-restore": [Line(TO_MANAGERS, "post", {**RULE, "number": "word:1"})],
    "operations": [Line(TO_ALL)],
    "operations-backfill": [Line(TO_MANAGERS, "post", {"account_id": "account"}, {"do": "cancel"})],
    "calendar": [Line(TO_ALL)],
    "calendar-event": [Line(TO_MANAGERS, kwargs={"pk": "event"})],
    "calendar-remove": [Line(TO_MANAGERS, "post", {"pk": "event"})],
    "stop": [
        Line(MANAGERS_ONLY),
        Line(TO_MANAGERS, "post", data={"account": "$account"}),
        Line((LOGIN, NO, NO, NO, NO, FINE), "post", data={"account": "all"}),
    ],
    "imports": [Line(MANAGERS_ONLY), Line(MANAGERS_ONLY, "post")],
    "import-offline": [Line(MANAGERS_ONLY, "post", data={"offline-account": "$account"})],
    "import": [Line(OWN_FILE, kwargs={"pk": "file"})],
    "import-keep": [Line(OWN_FILE, "post", {"pk": "file"})],
    "import-discard": [Line(OWN_FILE, "post", {"pk": "file"})],
    "tokens": [Line(TO_ALL), Line(TO_ALL, "post")],
    "token-withdraw": [Line(TO_ALL, "post", data={"start": "x"})],
    "live-version": [Line(TO_ALL)],
    "api-schema": [Line(API_ALL)],
    "api-docs": [Line(TO_ALL)],
    "api-unknown": [Line((404,) * 6)],
    **{name: [Line(API_ALL)] for name in ("api-accounts", "api-campaigns", "api-adsets", "api-ads")},
    "api-trend": [Line(API_MEMBERS, kwargs=OF_ACCOUNT)],
    "api-compare": [Line(API_MEMBERS, kwargs={"level": "word:adset", "id": "ad_set"})],
    "api-metrics": [Line(API_MEMBERS, kwargs={"level": "word:ad", "id": "ad"})],
    "api-creatives-top": [Line(API_MEMBERS, data={"account": "$account_meta"})],
    "api-blended": [Line(API_MEMBERS, "post", data={"accounts": ["$account_meta"]})],
    "api-daily": [Line(API_MEMBERS, data={"account": "$account_meta"})],
    "api-offline": [
        Line(API_ALL),
        Line(API_MANAGERS, "post", data={"account": "$account_meta", "events": [
            {"event_id": "a", "time": "2026-01-01T00:00:00Z", "value": "1", "currency": "EUR"}]}),
    ],
    "api-rules": [Line(API_ALL), Line(API_MANAGERS, "post", data=A_RULE)],
    "api-optimization-rules": [Line(API_ALL), Line(API_MANAGERS, "post", data=A_RULE)],
    "api-rule": [
        Line(API_MEMBERS, kwargs=OF_RULE), Line(API_MANAGERS, "put", OF_RULE, A_RULE),
        Line(API_MANAGERS, "patch", OF_RULE, {"name": "Another"}), Line(API_MANAGERS, "delete", OF_RULE),
    ],
    "api-rule-toggle": [Line(API_MANAGERS, "post", OF_RULE, {"active": True})],
    "api-rule-versions": [Line(API_MEMBERS, kwargs=OF_RULE)],
    "api-rule-templates": [Line(API_ALL)],
    "api-rule-adopt": [Line(API_MANAGERS, "post", {"key": "word:zero_conversions"}, {"accounts": ["$account_meta"]})],
    "api-rule-preview": [Line(API_MEMBERS, "post", OF_RULE)],
    "api-rules-preview": [Line(API_MEMBERS, "post", data=A_TRY)],
    "api-rules-why": [
        Line(API_MEMBERS, data={"account": "$account_meta", "level": "adset", "entity": "$ad_set"}),
        Line(API_MEMBERS, data={"account": "$account_meta", "level": "adset", "entity": "1", "rule": "$rule"}),
    ],
    "api-rules-export": [Line(API_ALL), Line(API_MEMBERS, data={"account": "$account_meta"})],
    "api-rules-import": [Line((401, NO, NO, FINE, FINE, FINE), "post", data={"yaml": "version: 1\nrules: []"})],
    "api-rule-backtest": [
        Line((401, NONE, *[WRONG] * 4), "post", OF_RULE, {"since": "2005-01-01", "until": "2005-01-02"})
    ],
    "api-simulate": [Line((401, *[WRONG] * 5), "post", data={"account": "$account_meta", "rule_ids": []})],
    "api-simulation": [Line(API_MEMBERS, kwargs=OF_JOB)],
    "api-simulation-cancel": [Line(API_MEMBERS, "post", OF_JOB)],
    "api-jobs": [Line(API_ALL)],
    "api-job": [Line(API_MEMBERS, kwargs=OF_JOB)],
    "api-job-cancel": [Line(API_MEMBERS, "post", OF_JOB)],
    "api-export-trend": [Line(API_MEMBERS, kwargs={"level": "word:campaign", "id": "campaign"})],
    "api-export": [Line(API_MEMBERS, kwargs={"level": "word:ad"}, data={"account": "$account_meta"})],
}  # fmt: skip
CASES = [(name, number) for name, lines in TABLE.items() for number in range(len(lines))]


@dataclass(frozen=True)
class World:
    people: dict[str, User]
    held: dict[str, str]

    def value(self, told: Any) -> Any:
        if isinstance(told, list):
            return [self.value(one) for one in told]
        return self.held[told[1:]] if isinstance(told, str) and told.startswith("$") else told


@pytest.fixture
def world(db: None, propose_budget: Callable[..., Action]) -> World:
    """One account with something of everything, and a person of each kind. Strangers have an account of their own."""
    cache.clear()
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
    held = {
        "account": account.pk, "account_meta": account.meta_id, "campaign": ad.campaign.meta_id,
        "ad_set": ad.ad_set.meta_id, "ad": ad.meta_id, "event": event.pk, "file": file.pk,
        "rule": rule.public_id, "job": job.public_id,
        "action": propose_budget(ad.ad_set, 8_000).public_id,
        "simulation": Job.objects.create(kind="simulate", account=account, created_at=now).public_id,
        "native": native(account).pk,
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
    return {key: uuid.UUID(value) if key in ("public_id", "job_id") or name.startswith("import") else value
            for key, value in found.items()}  # fmt: skip


def _answer(client: Client, name: str, line: Line, world: World) -> int:
    url = "/api/nothing" if name == "api-unknown" else reverse(name, kwargs=_kwargs(line, world, name))
    data = {key: world.value(told) for key, told in line.data.items()}
    json = {"content_type": "application/json"} if name.startswith("api-") and line.method != "get" else {}
    with transaction.atomic():
        answer = getattr(client, line.method)(url, data, **json)
        transaction.set_rollback(True)
    if answer.status_code == LOGIN:
        return LOGIN if "/accounts/login" in answer["Location"] else FINE
    return FINE if answer.status_code in {200, 201, 202, 204, 409, 422} else int(answer.status_code)


def test_every_address_has_its_line() -> None:
    names = {pattern.name for pattern in [*of_pages, *of_api]}
    assert names == set(TABLE)
    assert all(len(line.codes) == len(WHO) for lines in TABLE.values() for line in lines)


@pytest.mark.parametrize(("name", "number"), CASES, ids=[f"{name}-{number}" for name, number in CASES])
def test_each_role_may_ask_for_what_is_its_own_and_for_no_more(name: str, number: int, world: World) -> None:
    line = TABLE[name][number]
    found = {who: _answer(client, name, line, world) for who, client in _clients(world)}
    assert found == dict(zip(WHO, line.codes, strict=True))
