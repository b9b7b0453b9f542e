"""What a person must do about a token or an account stands as a notice, for that account alone, while it is so."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from config.tick import tick
from metaads.models import AccountHealth, AdAccount, Connection
from metaads.sync.connect import change_connection
from notifications.selectors import for_subjects
from optimization.account_notices import tell_trouble
from tests.factories.metaads import NOW, AdAccountFactory
from tests.optimization.conftest import Meta

DISABLED = {"code": "status", "severity": "error", "text": "Meta has disabled it.", "todo": "See Ads Manager."}


@pytest.fixture
def account(db: None) -> AdAccount:
    made: AdAccount = AdAccountFactory.create(name="Shop")
    return made


def told(account: AdAccount, now: datetime = NOW) -> list[str]:
    return [f"{n.title} {n.body}" for n in for_subjects([f"account:{account.pk}"], AnonymousUser(), now)]


def link(account: AdAccount, **columns: Any) -> None:
    Connection.objects.filter(pk=account.connection_id).update(**columns)


def test_nothing_is_said_of_an_account_that_is_well(account: AdAccount) -> None:
    assert tell_trouble(account, NOW) == 0
    assert told(account) == []


def test_a_disabled_account_is_told_with_what_to_do_until_it_is_well_again(account: AdAccount) -> None:
    health = AccountHealth.objects.create(
        account=account, day=NOW.date(), read_at=NOW, severity="error", problems=[DISABLED]
    )
    assert tell_trouble(account, NOW) == 1
    assert told(account) == ["Shop: Meta has disabled it. See Ads Manager."]
    assert tell_trouble(account, NOW) == 0, "said once, however often it is looked at"
    AccountHealth.objects.filter(pk=health.pk).update(severity="ok", problems=[])
    tell_trouble(account, NOW + timedelta(hours=1))
    assert told(account, NOW + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    ("days", "said"), [(8, ""), (6, "expires on 26 November 2026"), (-1, "expired on 19 November 2026")]
)
def test_a_token_that_ends_within_a_week_is_told(account: AdAccount, days: int, said: str) -> None:
    link(account, token_expires_at=NOW + timedelta(days=days))
    tell_trouble(account, NOW)
    assert said in " ".join(told(account))
    assert bool(told(account)) is bool(said)
    assert ("system-user token" in " ".join(told(account))) is bool(said)


def test_a_broken_token_is_told_to_its_own_accounts_alone(account: AdAccount) -> None:
    sibling = AdAccountFactory.create(connection=account.connection)
    other = AdAccountFactory.create()
    link(account, state="broken", state_reason="Meta no longer accepts the token: password changed.")
    AdAccount.objects.filter(pk__in=[account.pk, sibling.pk]).update(consecutive_failures=1)
    for one in (account, sibling, other):
        tell_trouble(one, NOW)
    assert "password changed" in told(account)[0]
    assert "password changed" in told(sibling)[0]
    assert told(other) == []


def test_an_account_that_the_token_lost_is_told_and_its_sibling_not(account: AdAccount) -> None:
    sibling = AdAccountFactory.create(connection=account.connection)
    link(account, state="partial", seen_accounts=[sibling.meta_id])
    for one in (account, sibling):
        tell_trouble(one, NOW)
    assert "cannot see Shop" in told(account)[0]
    assert told(sibling) == []


def test_failures_that_go_on_are_told_with_their_reason(account: AdAccount) -> None:
    AdAccount.objects.update(consecutive_failures=2, last_error="No permission (Meta error 200).")
    tell_trouble(account, NOW)
    assert told(account) == []
    AdAccount.objects.update(consecutive_failures=3)
    tell_trouble(account, NOW)
    assert told(account) == [
        "Shop could not be read 3 times in a row. No permission (Meta error 200). It is tried again by itself."
    ]


class TestTick:
    """The whole way: a tick tells, only its account is affected, and a new token is enough to go on."""

    def tick(self, meta: Meta, now: datetime) -> dict[str, str]:
        meta.account.refresh_from_db()
        return {report.step: report.outcome for report in tick(now, [meta.account])}

    def test_a_revoked_token_is_told_and_a_new_one_goes_on_by_itself(self, meta: Meta) -> None:
        meta.app.api.credentials.token = "another"
        assert self.tick(meta, NOW)["observe"] == "failed"
        assert any("does not work" in one for one in told(meta.account))
        assert self.tick(meta, NOW)["observe"] == "done", "it waits, and asks no more"
        meta.app.api.credentials.token = "new-token"
        renew(meta.account, "new-token")
        assert self.tick(meta, NOW)["observe"] == "done"
        assert told(meta.account) == []

    def test_a_disabled_account_is_still_collected_and_told(self, meta: Meta) -> None:
        world = meta.app.api.world.accounts[0]
        world.health.account_status, world.health.disable_reason = 2, 1
        assert self.tick(meta, NOW)["observe"] == "done"
        assert any("disabled" in one for one in told(meta.account))


def renew(account: AdAccount, token: str) -> None:
    stored = Connection.objects.get(pk=account.connection_id)
    change_connection(
        stored,
        name=stored.name,
        graph_url=stored.graph_url,
        api_version=stored.api_version,
        app_id=stored.app_id,
        app_secret="",
        token=token,
    )
