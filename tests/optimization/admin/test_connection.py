"""Connections in admin: secrets go in and never come out; check and choice of accounts are the administrator's."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from metaads.models import AdAccount, Connection, Role, SwitchState
from optimization.models import LedgerEvent
from tests.factories.metaads import AdAccountFactory, MembershipFactory, UserFactory
from tests.optimization.conftest import Meta
from tests.optimization.views.conftest import signed_in

TOKEN, SECRET = "EAAB-a-very-secret-token", "an-app-secret-nobody-sees"
ADD = "/admin/metaads/connection/add/"


@pytest.fixture
def root(db: None) -> Client:
    return signed_in(UserFactory.create(username="root", is_staff=True, is_superuser=True))


def staff(account: AdAccount) -> User:
    """Admin of one account with everything that Django's own permissions give."""
    user: User = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    MembershipFactory.create(user=user, account=account, role=Role.ADMIN)
    return user


def form(**changes: Any) -> dict[str, Any]:
    base = {"name": "Agency", "graph_url": "http://127.0.0.1:8077", "api_version": "v26.0", "app_id": "1"}
    return {**base, "token": TOKEN, "app_secret": SECRET, **changes}


def page(link: Connection, rest: str = "change/") -> str:
    return f"/admin/metaads/connection/{link.pk}/{rest}"


def everything_said(client: Client, *paths: str) -> str:
    said = [client.get(path).content.decode() for path in paths]
    return "".join(said) + json.dumps([event.payload for event in LedgerEvent.objects.all()])


def test_a_connection_is_added_without_a_call_and_its_secrets_are_shown_nowhere(root: Client) -> None:
    SwitchState.objects.create(name="ENABLE_INTELLIGENCE", on=False)
    assert root.post(ADD, form(sandbox="on")).status_code == 302
    link = Connection.objects.get()
    assert (link.access_token, link.app_secret, link.sandbox, link.state) == (TOKEN, SECRET, True, "unchecked")
    assert LedgerEvent.objects.filter(kind="token_changed").count() == 1
    said = everything_said(root, page(link), "/admin/metaads/connection/")
    for secret in (TOKEN, SECRET, link.access_token_sealed, link.app_secret_sealed):
        assert secret not in said


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"token": ""}, "needs a token"),
        ({"graph_url": "graph.facebook.com"}, "no Graph host"),
        ({"graph_url": "http://graph.facebook.com"}, "not encrypted"),
        ({"api_version": "latest"}, "no API version"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(root: Client, changes: dict[str, Any], says: str) -> None:
    answer = root.post(ADD, form(**changes))
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert not Connection.objects.exists()


def test_empty_secrets_keep_the_stored_ones_and_the_ledger_tells_what_changed(root: Client) -> None:
    root.post(ADD, form())
    link = Connection.objects.get()
    assert root.post(page(link), form(name="Renamed", token="", app_secret="")).status_code == 302
    link.refresh_from_db()
    assert (link.name, link.access_token, link.app_secret) == ("Renamed", TOKEN, SECRET)
    event = LedgerEvent.objects.filter(kind="setting_changed").get()
    assert (event.payload["before"]["name"], event.payload["after"]["name"]) == ("Agency", "Renamed")


def test_a_new_token_is_an_event_of_each_account_and_lets_them_go_on(root: Client) -> None:
    account = AdAccountFactory.create(connection__state="broken", connection__graph_url="http://127.0.0.1:8077")
    link = account.connection
    root.post(page(link), form(name=link.name, token="new-token"))
    link.refresh_from_db()
    assert (link.access_token, link.state) == ("new-token", "unchecked")
    event = LedgerEvent.objects.get()
    assert (event.kind, event.account_id) == ("token_changed", account.pk)
    assert "new-token" not in json.dumps(event.payload)


def test_stored_secrets_do_not_go_to_another_host(root: Client) -> None:
    root.post(ADD, form())
    link = Connection.objects.get()
    answer = root.post(page(link), form(graph_url="http://127.0.0.1:9999", token="", app_secret=""))
    assert answer.status_code == 200
    assert answer.content.decode().count("the stored one is not sent there") == 2
    link.refresh_from_db()
    assert link.graph_url == "http://127.0.0.1:8077"


class TestCheck:
    """Against the sandbox."""

    def test_a_check_shows_scopes_expiry_and_accounts(self, root: Client, meta: Meta) -> None:
        answer = root.post(page(meta.account.connection, "check/"))
        text = answer.content.decode()
        assert "The token works." in text
        assert "ads_management" in text
        for seen in meta.app.api.world.accounts:
            assert f"act_{seen.id}" in text
        assert text.count('name="accounts"') == len(meta.app.api.world.accounts) - 1, "one is watched already"
        assert meta.account.connection.access_token not in text
        assert " style=" not in text
        assert Connection.objects.get().state == "ok"

    def test_a_check_names_what_is_wrong(self, root: Client, meta: Meta) -> None:
        meta.app.api.credentials.token = "another"
        text = root.post(page(meta.account.connection, "check/")).content.decode()
        assert "new system-user token" in text
        assert Connection.objects.get().state == "broken"

    def test_a_check_while_everything_is_off_makes_no_call(self, root: Client, meta: Meta) -> None:
        SwitchState.objects.create(name="ENABLE_INTELLIGENCE", on=False)
        before = meta.app.requests
        assert "ENABLE_INTELLIGENCE" in root.post(page(meta.account.connection, "check/")).content.decode()
        assert meta.app.requests == before

    def test_chosen_accounts_are_watched_with_metas_own_facts(self, root: Client, meta: Meta) -> None:
        other = meta.app.api.world.accounts[1]
        root.post(page(meta.account.connection, "accounts/"), {"accounts": [other.id]})
        made = AdAccount.objects.get(meta_id=other.id)
        assert (made.name, made.currency, made.timezone_name) == (
            other.market.name,
            other.market.currency,
            other.market.zone,
        )
        event = LedgerEvent.objects.get(account_id=made.pk)
        assert (event.kind, event.payload["watched"]) == ("setting_changed", other.id)

    @pytest.mark.parametrize(("chosen", "says"), [(["999"], "does not see act_999"), ([], "Choose at least one")])
    def test_an_account_that_the_token_does_not_see_is_refused(
        self, root: Client, meta: Meta, chosen: list[str], says: str
    ) -> None:
        answer = root.post(page(meta.account.connection, "accounts/"), {"accounts": chosen}, follow=True)
        assert says in answer.content.decode()
        assert AdAccount.objects.count() == 1


class TestRoles:
    def test_a_member_sees_the_connection_and_changes_nothing(self) -> None:
        account = AdAccountFactory.create()
        client, link = signed_in(staff(account)), account.connection
        text = client.get(page(link)).content.decode()
        assert link.graph_url in text
        assert 'name="token"' not in text
        assert "Check connection" not in text
        assert client.post(page(link), form()).status_code == 403
        assert client.get(ADD).status_code == 403

    @pytest.mark.parametrize("rest", ["check/", "accounts/"])
    def test_check_and_choice_are_for_the_administrator_and_only_by_post(self, root: Client, rest: str) -> None:
        account = AdAccountFactory.create()
        assert signed_in(staff(account)).post(page(account.connection, rest)).status_code == 403
        assert root.get(page(account.connection, rest)).status_code == 405

    def test_another_accounts_connection_is_not_there(self) -> None:
        mine, other = AdAccountFactory.create(), AdAccountFactory.create()
        answer = signed_in(staff(mine)).get(page(other.connection), follow=True)
        assert other.connection.name not in answer.content.decode().replace("doesn’t exist", "")

    pytestmark = pytest.mark.django_db
