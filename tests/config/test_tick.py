"""`tick` does what is due once, per account, says what it did, and fails loudly."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config import tick as tick_module
from config.tick import STEPS, tick
from intelligence.models import Reading
from intelligence.observe import observe as observe_really
from metaads.models import AdAccount
from optimization.dispatch import run_action
from optimization.models import Action, Rule, Status
from optimization.queue.services import approve
from tests.flows.conftest import LocalMeta

pytestmark = pytest.mark.django_db(transaction=True)
Rules = Callable[..., Rule]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("tick", *arguments, stdout=out)
    return out.getvalue()


def test_every_account_goes_through_every_step_in_order(local_meta: LocalMeta) -> None:
    reports = tick()
    steps = [name for name, _ in STEPS]
    usual = ["observe", "evaluate", "live", "scheduled", "goals", "timed", "incidents", "losses"]
    usual += ["execute", "expire", "outcomes", "history", "rollup"]
    assert steps == usual
    assert [report.step for report in reports] == steps * 3 + ["webhooks", "anchor"]
    assert {report.account for report in reports[len(steps) - 1 : -2 : len(steps)]} == set(
        AdAccount.objects.values_list("name", flat=True)
    )
    assert {report.outcome for report in reports} == {"done"}


def test_a_second_tick_reads_nothing_again(local_meta: LocalMeta) -> None:
    run()
    calls, readings = local_meta.calls, Reading.objects.count()
    assert run().count("data are fresh") == len(local_meta.accounts)
    assert (local_meta.calls, Reading.objects.count()) == (calls, readings)


def test_data_grow_old_by_business_time(local_meta: LocalMeta) -> None:
    now = timezone.now()
    run("--now", now.isoformat())
    calls = local_meta.calls
    run("--now", (now + timedelta(minutes=59)).isoformat())
    assert local_meta.calls == calls
    run("--now", (now + timedelta(minutes=61)).isoformat())
    assert local_meta.calls > calls


def test_one_account_named_is_the_only_one_touched(local_meta: LocalMeta) -> None:
    first, second = local_meta.accounts[:2]
    run("--account", f"act_{first.meta_id}")
    assert Reading.objects.filter(account=first).exists()
    assert not Reading.objects.filter(account=second).exists()


def test_a_step_that_breaks_stops_neither_its_account_nor_the_others(
    local_meta: LocalMeta, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = local_meta.accounts[0]

    def observe(account: AdAccount, now: datetime, machine_now: datetime | None = None) -> object:
        if account == broken:
            raise ConnectionError("no answer from /me?access_token=EAAcanary0123456789abcdef")
        return observe_really(account, now, machine_now)

    monkeypatch.setattr(tick_module, "observe", observe)
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 41 steps failed"):
        call_command("tick", stdout=out)
    assert "ConnectionError" in out.getvalue()
    assert "EAAcanary" not in out.getvalue()
    assert out.getvalue().count("evaluate done") == 3
    assert Reading.objects.filter(account=local_meta.accounts[1]).exists()


def test_a_tick_settles_what_is_uncertain_before_it_ends(local_meta: LocalMeta, rule_for: Rules) -> None:
    rule_for(local_meta.accounts, timezone.now())
    run()
    action = Action.objects.filter(status=Status.PENDING, field="daily_budget").first()
    assert action is not None
    approve(action.pk, None, timezone.now())
    local_meta.app.control.answer("POST", "faults", {"kind": "error_500_after", "method": "POST", "count": 1})
    run()
    action.refresh_from_db()
    assert action.status == Status.EXECUTED, action.outcome_note
    assert len(local_meta.writes(action.entity_id)) == 1, "it was looked at, not sent again"


@pytest.mark.parametrize("off", [{"active": False}, {"read_only": True}])
def test_an_account_that_is_not_watched_is_refused_and_asked_nothing(
    local_meta: LocalMeta, off: dict[str, bool]
) -> None:
    account = local_meta.accounts[0]
    AdAccount.objects.filter(pk=account.pk).update(**off)
    calls = local_meta.calls
    with pytest.raises(CommandError, match=f"{account.name} is not watched"):
        run("--account", account.meta_id)
    assert local_meta.calls == calls


def test_a_tick_settles_what_was_under_way_when_its_account_was_switched_off(
    local_meta: LocalMeta, rule_for: Rules
) -> None:
    rule_for(local_meta.accounts, timezone.now())
    run()
    first, second = Action.objects.filter(
        status=Status.PENDING, field="daily_budget", account=local_meta.accounts[0]
    ).order_by("pk")[:2]
    approve(first.pk, None, timezone.now())
    local_meta.app.control.answer("POST", "faults", {"kind": "error_500_after", "method": "POST", "count": 1})
    assert run_action(first.pk, timezone.now()) == Status.UNCERTAIN
    approve(second.pk, None, timezone.now())
    AdAccount.objects.update(active=False)
    assert "settle done: 1 executed" in run()
    assert [Action.objects.get(pk=one.pk).status for one in (first, second)] == [Status.EXECUTED, Status.APPROVED]
    assert (len(local_meta.writes(first.entity_id)), local_meta.writes(second.entity_id)) == (1, [])
    assert run().startswith("No account is connected")


@pytest.mark.parametrize(
    ("text", "why"), [("yesterday", "no ISO time"), ("2026-11-21T06:00:00", "no time zone"), ("", "no ISO time")]
)
def test_an_odd_moment_is_refused_with_an_example(local_meta: LocalMeta, text: str, why: str) -> None:
    if text == "":
        assert "done" in run("--now", text), "empty means the account's own clock"
        return
    with pytest.raises(CommandError, match=why):
        run("--now", text)


def test_an_unknown_account_is_named(local_meta: LocalMeta) -> None:
    with pytest.raises(CommandError, match="404404"):
        run("--account", "404404")


def test_without_accounts_it_says_what_to_do_next(transactional_db: None) -> None:
    assert "connect_account" in run()


def test_a_moment_may_carry_any_zone(local_meta: LocalMeta) -> None:
    berlin = datetime(2026, 11, 21, 7, 0, tzinfo=UTC).isoformat().replace("+00:00", "+01:00")
    assert "done" in run("--now", berlin)
