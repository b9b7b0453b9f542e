"""Doors that change settings or start work: each writes the ledger, asks the clock, and holds no rule of its own."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from intelligence.models import Target
from metaads import switch
from metaads.models import AdAccount, SwitchState
from optimization import dispatch, tasks
from optimization.connections import Credentials, connect
from optimization.ledger import verify
from optimization.models import AccountLimits, Action, LedgerEvent, Status
from optimization.settings_doors import save_limits, save_target, set_switch
from tests.factories.metaads import AdAccountFactory, AdSetFactory, UserFactory
from tests.factories.optimization import NOW, OLD, budget_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def event() -> LedgerEvent:
    return LedgerEvent.objects.order_by("-id")[0]


def test_a_switch_is_flipped_with_its_event() -> None:
    user = UserFactory.create()
    set_switch("ENABLE_RULES_ENGINE", False, user, NOW)
    assert switch.why_off(switch.RULES) == "ENABLE_RULES_ENGINE was turned off in admin."
    assert (event().kind, event().chain, event().user_id) == ("setting_changed", "installation", user.pk)
    assert event().payload == {"switch": "ENABLE_RULES_ENGINE", "on": False}
    set_switch("ENABLE_RULES_ENGINE", True, user, NOW)
    assert switch.is_on(switch.RULES)
    assert SwitchState.objects.count() == 1


def test_admin_cannot_turn_on_what_the_environment_turned_off(settings: Settings) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_RULES_ENGINE": False}
    set_switch("ENABLE_RULES_ENGINE", True, None, NOW)
    assert "environment" in (switch.why_off(switch.RULES) or "")


def test_an_unknown_switch_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match="ENABLE_ACTION_EXECUTOR"):
        set_switch("ENABLE_MAGIC", True, None, NOW)
    assert not LedgerEvent.objects.exists()


def test_limits_are_saved_with_what_they_were(account: AdAccount) -> None:
    row = save_limits(AccountLimits(account=account, min_spend=Decimal("50.00")), None, NOW)
    assert event().payload["before"] is None
    row.min_spend = Decimal("60.00")
    row.cooldown_hours = 6
    save_limits(row, None, NOW)
    payload = event().payload
    assert (payload["before"]["min_spend"], payload["limits"]["min_spend"]) == ("50.00", "60.00")
    assert (payload["before"]["cooldown_hours"], payload["limits"]["cooldown_hours"]) == (None, 6.0)
    assert event().chain == f"account:{account.pk}"
    assert verify() == []


def test_targets_are_set_and_removed_with_their_events(account: AdAccount) -> None:
    save_target(account, "", Decimal("12.50"), None, None, NOW)
    assert event().payload == {"target_of": "account", "target_cpa": "12.50", "target_roas": None}
    assert save_target(account, "", None, None, None, NOW) is None
    assert not Target.objects.exists()
    assert LedgerEvent.objects.count() == 2


def test_connecting_is_recorded_for_each_account_without_the_token() -> None:
    secrets = Credentials("Agency", "http://127.0.0.1:8077", "a-token-nobody-sees", "1", "a-secret-nobody-sees")
    assert "nobody" not in repr(secrets)
    _, accounts = connect(secrets, ["1", "2"], None, OLD)
    events = LedgerEvent.objects.filter(kind="token_changed")
    assert {one.account_id for one in events} == {account.pk for account in accounts}
    assert not [one for one in events if "nobody" in one.payload_text]


def test_a_task_of_a_vanished_switch_looks_at_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    AdAccountFactory.create()
    monkeypatch.setattr(dispatch, "run_due", lambda *args: pytest.fail("the sweeper looked"))
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_INTELLIGENCE": False}
    assert tasks.sweep() == 0


def test_the_sweeper_looks_at_every_watched_account_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    watched, *_ = (
        AdAccountFactory.create(),
        AdAccountFactory.create(active=False),
        AdAccountFactory.create(read_only=True),
    )
    seen: list[AdAccount] = []

    def run_due(account: AdAccount, clock: object) -> dict[Status, int]:
        seen.append(account)
        return {Status.EXECUTED: 2, Status.FAILED: 1}

    monkeypatch.setattr(dispatch, "run_due", run_due)
    assert tasks.sweep() == 3
    assert seen == [watched]


def test_the_sweeper_settles_what_is_under_way_in_an_account_that_was_switched_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched, off = AdAccountFactory.create(), AdSetFactory.create(campaign__account__active=False)
    budget_action(off, status=Status.UNCERTAIN)
    seen: list[AdAccount] = []

    def run_due(account: AdAccount, clock: object) -> dict[Status, int]:
        seen.append(account)
        return {}

    monkeypatch.setattr(dispatch, "run_due", run_due)
    assert tasks.sweep() == 0
    assert seen == [watched, off.account]


def test_the_expiry_task_uses_each_accounts_own_clock() -> None:
    budget_action(AdSetFactory.create(), expires_at=OLD)
    assert tasks.expire() == 1
    assert Action.objects.get().status == Status.EXPIRED


def test_an_evaluation_task_says_what_it_found(account: AdAccount) -> None:
    assert "no fresh data" in tasks.evaluate_account(account.pk)


@pytest.mark.parametrize("name", ["ENABLE_INTELLIGENCE", "ENABLE_INSIGHTS_COLLECTION"])
def test_with_collection_off_nothing_is_read_and_the_reason_is_said(
    account: AdAccount, settings: Settings, name: str
) -> None:
    settings.SWITCHES = {**settings.SWITCHES, name: False}
    assert f"not collected. {name} is off" in tasks.observe_account(account.pk)


def test_a_task_for_an_action_that_waits_for_a_person_does_nothing() -> None:
    action = budget_action(AdSetFactory.create())
    assert tasks.run_action(action.pk) == "pending_approval"
