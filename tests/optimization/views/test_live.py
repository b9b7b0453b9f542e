"""One cheap version tells the page when to reload its parts."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from metaads.models import AdAccount
from optimization.models import Action
from tests.optimization.views.conftest import MakeAction


@pytest.fixture
def desk(euro: AdAccount, make_action: MakeAction) -> Action:
    return make_action(euro)


def html(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_nothing_new_is_an_empty_answer(page: Client, desk: Action) -> None:
    version = html(page, "/live/version").partition("?v=")[2].partition('"')[0]
    assert page.get(f"/live/version?v={version}").status_code == 204


def test_a_decision_elsewhere_makes_the_parts_reload(page: Client, desk: Action) -> None:
    version = html(page, "/live/version").partition("?v=")[2].partition('"')[0]
    page.post(f"/actions/{desk.public_id}/reject/", {"reason": "bad moment"})
    answer = page.get(f"/live/version?v={version}")
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "changed"


def test_what_happens_in_another_account_is_not_told(
    page: Client, desk: Action, yen: AdAccount, make_action: MakeAction
) -> None:
    version = html(page, "/live/version").partition("?v=")[2].partition('"')[0]
    make_action(yen)
    assert page.get(f"/live/version?v={version}").status_code == 204


def test_asking_is_cheap(page: Client, desk: Action) -> None:
    with CaptureQueriesContext(connection) as queries:
        page.get("/live/version?v=x")
    assert len(queries) <= 8
