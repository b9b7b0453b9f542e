"""Saving, switching and failing rules."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from notifications.models import Notification
from optimization.models import LedgerEvent, Rule, RuleVersion
from optimization.rules.schema import RuleInvalid
from optimization.rules.services import (
    AdoptionRefused,
    adopt,
    adopt_for_each_currency,
    clear_failures,
    record_edit,
    record_failure,
    save_rule,
    set_active,
)
from tests.factories.metaads import AdAccountFactory, UserFactory
from tests.optimization.rules.build import document, leaf

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOOD = document(leaf("spend_7d", ">", 50))


@pytest.fixture
def user() -> User:
    return UserFactory()


@pytest.fixture
def rule(user: User) -> Rule:
    rule = Rule.objects.create(name="Stop loss", category="loss_prevention", level="adset", owner=user)
    rule.accounts.add(AdAccountFactory())
    return rule


def changes() -> list[Any]:
    return [event.payload["change"] for event in LedgerEvent.objects.filter(kind="rule_changed")]


def test_an_edit_makes_a_new_version_and_leaves_the_old_one(rule: Rule, user: User) -> None:
    first = save_rule(rule, GOOD, user, NOW)
    second = save_rule(rule, document(leaf("spend_7d", ">", 60)), user, NOW)
    assert (first.number, second.number) == (1, 2)
    first.refresh_from_db()
    assert first.document == GOOD
    assert Rule.objects.get().current == second
    assert second.created_by == user
    assert "over 60.00 EUR" in second.summary
    assert changes() == ["version", "version"]


def test_saving_the_same_again_changes_nothing(rule: Rule, user: User) -> None:
    first = save_rule(rule, GOOD, user, NOW)
    assert save_rule(Rule.objects.get(), dict(GOOD), user, NOW) == first
    assert rule.versions.count() == 1
    assert changes() == ["version"]


def test_a_stale_copy_of_the_rule_does_not_lose_a_version(rule: Rule, user: User) -> None:
    stale = Rule.objects.get()
    save_rule(rule, GOOD, user, NOW)
    second = save_rule(stale, document(leaf("spend_7d", ">", 60)), user, NOW)
    assert second.number == 2
    assert save_rule(rule, second.document, user, NOW) == second


def test_an_unsound_document_stores_nothing(rule: Rule, user: User) -> None:
    with pytest.raises(RuleInvalid):
        save_rule(rule, document({"all": []}), user, NOW)
    assert not rule.versions.exists()
    assert changes() == []


def test_an_unsaved_rule_is_saved_with_its_first_version(user: User) -> None:
    fresh = Rule(name="New", category="scaling", level="ad")
    version = save_rule(fresh, GOOD, user, NOW)
    assert Rule.objects.get().current == version
    event = LedgerEvent.objects.get()
    assert (event.chain, event.user_id, event.actor) == ("installation", user.pk, "user")


def test_an_unsound_document_does_not_leave_an_unsaved_rule_behind(user: User) -> None:
    with pytest.raises(RuleInvalid):
        save_rule(Rule(name="New", category="scaling", level="ad"), document({"all": []}), user, NOW)
    assert not Rule.objects.exists()


def test_each_named_account_gets_the_change_in_its_chain(rule: Rule, user: User) -> None:
    rule.accounts.add(AdAccountFactory())
    save_rule(rule, GOOD, user, NOW)
    chains = [f"account:{account.pk}" for account in rule.accounts.order_by("pk")]
    assert sorted(LedgerEvent.objects.values_list("chain", flat=True)) == sorted(chains)


def test_a_change_of_identity_is_recorded_with_what_it_is_now(rule: Rule, user: User) -> None:
    record_edit(rule, [], user, NOW)
    assert changes() == []
    record_edit(rule, ["priority", "accounts"], user, NOW)
    payload = LedgerEvent.objects.get().payload
    assert payload["fields"] == ["accounts", "priority"]
    assert (payload["priority"], payload["accounts"]) == (50, [rule.accounts.get().pk])


def test_a_rule_without_conditions_cannot_be_switched_on(rule: Rule, user: User) -> None:
    with pytest.raises(RuleInvalid):
        set_active(rule, True, user, NOW)
    assert not Rule.objects.get().active


def test_what_is_no_longer_sound_cannot_be_switched_on(rule: Rule, user: User) -> None:
    save_rule(rule, GOOD, user, NOW)
    RuleVersion.objects.update(document=document(leaf("a_field_that_was_removed", ">", 50)))
    with pytest.raises(RuleInvalid, match="a_field_that_was_removed"):
        set_active(Rule.objects.get(), True, user, NOW)
    assert not Rule.objects.get().active


def test_switching_is_recorded_once(rule: Rule, user: User) -> None:
    save_rule(rule, GOOD, user, NOW)
    assert set_active(rule, True, user, NOW)
    assert not set_active(rule, True, user, NOW)
    assert Rule.objects.get().active
    assert set_active(rule, False, user, NOW)
    assert changes() == ["version", "switched_on", "switched_off"]


def test_three_failures_in_a_row_switch_the_rule_off_and_tell_its_owner(rule: Rule, user: User) -> None:
    save_rule(rule, GOOD, user, NOW)
    set_active(rule, True, user, NOW)
    assert [record_failure(rule, "it broke", NOW) for _ in range(3)] == [False, False, True]
    rule.refresh_from_db()
    assert not rule.active
    assert "it broke" in rule.disabled_reason
    notice = Notification.objects.get()
    assert (notice.user, notice.severity) == (user, "error")
    assert "Stop loss" in notice.title
    assert notice.link == f"/rules/{rule.public_id}/"
    assert changes()[-1] == "switched_off"


def test_a_success_between_failures_starts_the_count_again(rule: Rule, user: User) -> None:
    save_rule(rule, GOOD, user, NOW)
    set_active(rule, True, user, NOW)
    for _ in range(4):
        assert not record_failure(rule, "it broke", NOW)
        assert not record_failure(rule, "it broke", NOW)
        clear_failures(rule)
    assert Rule.objects.get().active


def test_switching_on_again_forgets_the_failures(rule: Rule, user: User) -> None:
    save_rule(rule, GOOD, user, NOW)
    set_active(rule, True, user, NOW)
    for _ in range(3):
        record_failure(rule, "it broke", NOW)
    set_active(rule, True, user, NOW)
    rule.refresh_from_db()
    assert (rule.consecutive_failures, rule.disabled_reason) == (0, "")


def test_a_rule_without_owner_tells_who_sees_its_account(rule: Rule, user: User) -> None:
    save_rule(rule, GOOD, user, NOW)
    set_active(rule, True, user, NOW)
    Rule.objects.update(owner=None)
    orphan = Rule.objects.get()
    for _ in range(3):
        record_failure(orphan, "it broke", NOW)
    assert Notification.objects.get().subject == f"account:{orphan.accounts.get().pk}"


def test_adopting_converts_dollars_to_the_accounts_currency(user: User) -> None:
    yen = AdAccountFactory(currency="JPY")
    rule = adopt("zero_conversions", [yen], user, NOW)
    assert rule.current is not None
    assert rule.current.document["conditions"]["all"][0]["value"] == 8000  # 50 USD at 144, made friendly
    assert "8,000 JPY" in rule.current.summary
    assert (rule.active, rule.owner, list(rule.accounts.all())) == (False, user, [yen])


def test_adopting_in_dollars_keeps_the_figures(user: User) -> None:
    rule = adopt("cpa_over_target", [AdAccountFactory(currency="USD")], user, NOW)
    assert rule.current is not None
    assert rule.current.document["conditions"]["all"][2]["value"] == 100


def test_adopting_twice_gives_the_rule_that_is_there(user: User) -> None:
    accounts = [AdAccountFactory(), AdAccountFactory()]
    rule = adopt("scale_winners", accounts, user, NOW)
    assert adopt("scale_winners", reversed(accounts), user, NOW) == rule
    assert adopt("scale_winners", accounts[:1], user, NOW) != rule
    assert adopt("protect_learning", accounts, user, NOW) != rule


def test_two_currencies_make_two_rules(user: User) -> None:
    accounts = [AdAccountFactory(currency=currency) for currency in ("EUR", "JPY", "EUR")]
    with pytest.raises(AdoptionRefused, match="EUR and JPY"):
        adopt("scale_winners", accounts, user, NOW)
    rules = adopt_for_each_currency("scale_winners", accounts, user, NOW)
    assert [rule.accounts.count() for rule in rules] == [2, 1]


@pytest.mark.parametrize(("key", "count"), [("nonsense", 1), ("scale_winners", 0)])
def test_an_adoption_that_cannot_be_is_refused(key: str, count: int, user: User) -> None:
    with pytest.raises(AdoptionRefused):
        adopt(key, [AdAccountFactory() for _ in range(count)], user, NOW)
    assert not Rule.objects.exists()


def test_a_currency_without_a_rate_must_be_entered_by_hand(user: User) -> None:
    with pytest.raises(AdoptionRefused, match="XXX"):
        adopt("protect_learning", [AdAccountFactory(currency="XXX")], user, NOW)
    assert not Rule.objects.exists()
