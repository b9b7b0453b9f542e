"""A rule's first look runs dry: it shows what it would have done, and does it only from the next evaluation on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from metaads.models import AdAccount, AdSet
from notifications.models import Notification
from optimization.cycle import run_cycle
from optimization.ledger import verify
from optimization.models import Action, DryLook, LedgerEvent, Rule, Run
from optimization.rules.services import end_dry_run, save_rule, set_active
from optimization.rules.why import search
from optimization.trial.dry import is_waiting, said
from tests.factories.metaads import AdSetFactory, UserFactory
from tests.factories.optimization import NOW, keep_frame, pause_action
from tests.optimization.rules.build import document, leaf

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
Look = Callable[..., Run | None]


@pytest.fixture
def sets() -> list[AdSet]:
    first: AdSet = AdSetFactory.create()
    return [first, *AdSetFactory.create_batch(3, campaign=first.campaign)]


@pytest.fixture
def account(sets: list[AdSet]) -> AdAccount:
    return sets[0].account


@pytest.fixture
def rule(account: AdAccount) -> Rule:
    """Switched on for the first time."""
    made = Rule(name="Stop loss", category="loss_prevention", level="adset", owner=UserFactory.create())
    made.save()
    made.accounts.add(account)
    save_rule(made, document(leaf("spend_7d", ">", 50)), None, NOW)
    set_active(made, True, None, NOW)
    return made


@pytest.fixture
def look(sets: list[AdSet], account: AdAccount) -> Look:
    def evaluate(*spent: float | None, hours: int = 0) -> Run | None:
        now = NOW + hours * HOUR
        columns: dict[str, list[Any]] = {"ids": [one.meta_id for one in sets], "spend_7d": list(spent)}
        keep_frame(account, "adset", columns, now)
        return run_cycle(account, now)

    return evaluate


def test_what_another_rule_proposed_already_is_said_to_wait(
    look: Look, rule: Rule, account: AdAccount, sets: list[AdSet]
) -> None:
    waiting = pause_action(sets[0])
    look(70, 140, 10, None)
    dry = DryLook.objects.get()
    assert waiting.entity_id == sets[0].meta_id
    assert {one["entity_id"]: one["verdict"] for one in dry.changes} == {
        sets[1].meta_id: "passed",
        sets[0].meta_id: "refreshed",
    }
    assert "It would have proposed 1 change. 1 more waits already" in said(dry)


def test_the_first_look_shows_and_does_nothing_and_the_second_proposes(
    look: Look, rule: Rule, account: AdAccount, sets: list[AdSet]
) -> None:
    assert is_waiting(rule)
    look(70, 140, 10, None)
    dry = DryLook.objects.get()
    assert Action.objects.count() == 0
    assert (dry.covered, dry.matched, dry.unknown, dry.at_stake) == (4, 2, 1, 3_000)
    assert [(one["entity_id"], one["wanted"], one["at_stake"], one["verdict"]) for one in dry.changes] == [
        (sets[1].meta_id, "PAUSED", 2_000, "passed"),
        (sets[0].meta_id, "PAUSED", 1_000, "passed"),
    ]
    assert said(dry) == (
        "It looked at 4 and matched 2. It would have proposed 2 changes, 30.00 EUR a day at stake. "
        "For 1 there were no data to decide."
    )
    check = search(account, "adset", sets[0].meta_id, NOW, NOW)[0]
    assert (check.result, check.reason) == ("skipped", "its first look runs dry: this is what it would have done")
    assert not is_waiting(rule)
    look(70, 140, 10, None, hours=1)
    assert Action.objects.count() == 2
    assert DryLook.objects.count() == 1


def test_the_owner_is_told_with_a_link_to_the_rule(look: Look, rule: Rule) -> None:
    look(70, 0, 0, 0)
    notice = Notification.objects.get(title__startswith="First look")
    assert (notice.user, notice.link) == (rule.owner, f"/rules/{rule.public_id}/")
    assert "matched 1" in notice.body
    changes = [event.payload["change"] for event in LedgerEvent.objects.filter(kind="rule_changed").order_by("id")]
    assert changes[-2:] == ["switched_on", "dry_look"]
    assert verify() == []


def test_what_rails_or_the_queue_would_hold_back_is_shown_as_such(look: Look, rule: Rule, sets: list[AdSet]) -> None:
    pause_action(sets[0], status="approved")
    look(70, 70, 0, 0)
    dry = DryLook.objects.get()
    assert dry.counts == {"passed": 1, "refreshed": 0, "blocked": 0, "skipped": 1}
    held = next(one for one in dry.changes if one["verdict"] == "skipped")
    assert (held["entity_id"], held["reason"]) == (sets[0].meta_id, "another action on it is on its way")


def test_switched_on_again_it_is_not_dry_again(look: Look, rule: Rule) -> None:
    look(70, 0, 0, 0)
    set_active(rule, False, None, NOW)
    set_active(rule, True, None, NOW)
    look(70, 0, 0, 0, hours=1)
    assert Action.objects.count() == 1


def test_an_edited_rule_is_not_dry_again(look: Look, rule: Rule) -> None:
    look(70, 0, 0, 0)
    save_rule(rule, document(leaf("spend_7d", ">", 20)), None, NOW)
    look(70, 0, 0, 0, hours=1)
    assert Action.objects.count() == 1


def test_the_dry_look_can_be_waived_with_a_reason(look: Look, rule: Rule) -> None:
    assert end_dry_run(rule, None, NOW, "seen in the preview")
    assert not end_dry_run(rule, None, NOW, "again")
    look(70, 0, 0, 0)
    assert (Action.objects.count(), DryLook.objects.count()) == (1, 0)
    event = LedgerEvent.objects.filter(kind="rule_changed").latest("id")
    assert event.payload["reason"] == "seen in the preview"


def test_a_dry_look_tells_no_notices(look: Look, rule: Rule) -> None:
    notice = {"kind": "notify_only", "parameters": {"message": "look at it"}}
    save_rule(rule, {"conditions": leaf("spend_7d", ">", 50), "actions": [notice]}, None, NOW)
    look(70, 0, 0, 0)
    assert not Notification.objects.filter(kind="insight", title="Stop loss: 1 ad set").exists()
    look(70, 0, 0, 0, hours=1)
    assert Notification.objects.filter(title="Stop loss: 1 ad set").exists()


def test_a_killed_first_look_is_made_again(look: Look, rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*args: Any) -> Any:
        raise SystemExit("as if by SIGKILL")

    with monkeypatch.context() as patch:
        patch.setattr("optimization.cycle._finish", killed)
        with pytest.raises(SystemExit):
            look(70, 0, 0, 0)
    assert DryLook.objects.count() == 0
    look(70, 0, 0, 0, hours=1)
    assert (DryLook.objects.count(), Action.objects.count()) == (1, 0)


def test_a_rule_that_was_evaluated_before_this_existed_is_not_dry(look: Look, rule: Rule) -> None:
    Rule.objects.update(active=False, activated_at=None, dry_from=None, evaluated=10)
    rule.refresh_from_db()
    set_active(rule, True, None, NOW)
    look(70, 0, 0, 0)
    assert Action.objects.count() == 1
