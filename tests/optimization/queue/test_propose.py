"""From winners to open proposals: new, refreshed, superseded, skipped, blocked, and gone stale."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from metaads.models import AdSet, Campaign
from optimization.guards import ALL
from optimization.ledger import events_of, verify
from optimization.models import Action, LedgerEvent, Status
from optimization.queue import propose as module
from optimization.queue import services
from optimization.queue.conflicts import Superseded
from optimization.queue.drafts import Draft
from optimization.queue.errors import Stale
from optimization.queue.propose import Proposed, propose, stake_of
from optimization.queue.stale import mark_stale
from optimization.queue.states import close_many
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, draft_of, make_rule, pause_action, roomy, version_of
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def ad_set() -> AdSet:
    """Of an account with many others, which spends a lot."""
    made: AdSet = AdSetFactory.create()
    roomy(made.account, made.meta_id)
    return made


def put(ad_set: AdSet, *drafts: Draft, losers: Sequence[Superseded] = (), now: datetime = NOW) -> Proposed:
    return propose(ad_set.account, drafts, losers, now, None)


def the_one() -> Action:
    return Action.objects.get()


def test_a_wish_becomes_a_pending_proposal_with_all_its_evidence(ad_set: AdSet) -> None:
    rule = make_rule(ad_set.account, leaf("spend_7d", ">", 5))
    wish = draft_of(ad_set, rule_version=version_of(rule), metrics={"spend_7d": 64.1}, trace={"node": "leaf"})
    assert len(put(ad_set, wish).created) == 1
    action = the_one()
    assert (action.status, action.entity_id, action.kind) == (Status.PENDING, ad_set.meta_id, "decrease_budget")
    assert (action.value_before, action.value_wanted, action.value_final) == (10_000, 8_000, 8_000)
    assert (action.amount_pct, action.at_stake, action.currency) == (Decimal("-20.00"), 2_000, "EUR")
    assert (action.rule_version, action.trace) == (version_of(rule), {"node": "leaf"})
    assert action.metrics["spend_7d"] == 64.1
    assert action.expires_at == NOW + timedelta(hours=48)
    assert 15 < len(action.verdicts) < len(ALL)
    assert (action.confidence, action.confidence_note) == (None, "not computed yet")
    event = events_of(action).get()
    assert (event.kind, event.actor) == ("optimization_suggested", "rule")
    assert (event.payload["before"], event.payload["after_rails"]) == (10_000, 8_000)


def test_a_wish_that_is_too_large_is_trimmed_and_both_values_are_kept(ad_set: AdSet) -> None:
    put(ad_set, draft_of(ad_set, "increase_budget", 20_000))
    action = the_one()
    assert (action.value_wanted, action.value_final, action.amount_pct) == (20_000, 12_000, Decimal("20.00"))
    assert action.safety_score == 0.0


def test_a_suggestion_only_wish_is_a_suggestion(ad_set: AdSet) -> None:
    put(ad_set, draft_of(ad_set, suggested_only=True))
    assert the_one().status == Status.SUGGESTED


def test_what_a_rail_blocks_is_counted_and_not_proposed(ad_set: AdSet) -> None:
    result = put(ad_set, draft_of(ad_set, data_read_at=NOW - timedelta(hours=4)))
    assert result.blocked == {"data_age": 1}
    assert not Action.objects.exists()
    assert not LedgerEvent.objects.exists()


def test_the_same_wish_again_refreshes_the_open_proposal_without_an_event(ad_set: AdSet) -> None:
    put(ad_set, draft_of(ad_set, metrics={"spend_7d": 50}))
    first = the_one()
    result = put(ad_set, draft_of(ad_set, metrics={"spend_7d": 60}, reason="Spend 60."), now=LATER)
    action = the_one()
    assert (result.refreshed, len(result.created)) == (1, 0)
    assert (action.pk, action.public_id, action.version, action.refresh_count) == (first.pk, first.public_id, 1, 1)
    assert (action.metrics["spend_7d"], action.reason) == (60, "Spend 60.")
    assert (action.proposed_at, action.refreshed_at) == (NOW, LATER)
    assert action.expires_at == LATER + timedelta(hours=48)
    assert events_of(action).count() == 1


def test_another_value_makes_a_new_version_and_an_event(ad_set: AdSet) -> None:
    put(ad_set, draft_of(ad_set, wanted=8_000))
    put(ad_set, draft_of(ad_set, wanted=7_000), now=LATER)
    action = the_one()
    assert (action.value_final, action.version) == (7_000, 2)
    refreshed = events_of(action).get(kind="optimization_refreshed")
    assert refreshed.payload == {"before": 10_000, "wanted": 7_000, "instead_of": 8_000}
    with pytest.raises(Stale, match="changed since you looked"):
        services.approve(action.pk, None, LATER, version=1)


@pytest.mark.parametrize(("stake", "version"), [(7_000, 1), (8_750, 1), (5_250, 1), (8_751, 2), (5_249, 2), (None, 2)])
def test_a_quarter_more_or_less_money_at_stake_is_a_new_version_without_an_event(
    ad_set: AdSet, stake: int | None, version: int
) -> None:
    put(ad_set, draft_of(ad_set, "pause", at_stake=7_000))
    put(ad_set, draft_of(ad_set, "pause", at_stake=stake), now=LATER)
    assert (the_one().at_stake, the_one().version) == (stake, version)
    assert events_of(the_one()).count() == 1


def test_firing_again_makes_a_stale_proposal_good(ad_set: AdSet) -> None:
    put(ad_set, draft_of(ad_set))
    Action.objects.update(stale_reason="its condition no longer held.")
    put(ad_set, draft_of(ad_set), now=LATER)
    assert the_one().stale_reason == ""


def test_a_proposal_approved_at_this_moment_is_neither_refreshed_nor_recorded(
    ad_set: AdSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(ad_set, draft_of(ad_set, wanted=8_000))
    real = module._store_refreshed

    def a_person_is_quicker(*args: Any) -> Any:
        services.approve(the_one().pk, None, NOW)
        return real(*args)

    monkeypatch.setattr(module, "_store_refreshed", a_person_is_quicker)
    assert put(ad_set, draft_of(ad_set, wanted=7_000), now=LATER).refreshed == 0
    assert (the_one().status, the_one().value_final) == (Status.APPROVED, 8_000)
    assert [event.kind for event in events_of(the_one())] == ["optimization_suggested", "optimization_approved"]


def test_a_proposal_decided_at_this_moment_is_not_superseded(ad_set: AdSet, monkeypatch: pytest.MonkeyPatch) -> None:
    open_one = budget_action(ad_set, rule_version=version_of(make_rule(ad_set.account, leaf("spend_7d", ">", 5))))

    def a_person_is_quicker(*args: Any, **kwargs: Any) -> int:
        Action.objects.filter(pk=open_one.pk).update(status=Status.REJECTED)
        return close_many(*args, **kwargs)

    monkeypatch.setattr(module, "close_many", a_person_is_quicker)
    assert put(ad_set, draft_of(ad_set, "pause")).superseded == 0
    open_one.refresh_from_db()
    assert open_one.status == Status.REJECTED


def test_growth_takes_no_place_of_an_open_pause(ad_set: AdSet) -> None:
    rule = version_of(make_rule(ad_set.account, leaf("spend_7d", ">", 5)))
    put(ad_set, draft_of(ad_set, "pause", "PAUSED", rule_version=rule))
    result = put(ad_set, draft_of(ad_set, "increase_budget", 11_000, rule_version=rule), now=LATER)
    assert (result.superseded, result.created) == (0, {})
    assert result.skipped == {"an open proposal for it goes before": 1}
    assert Action.objects.get().status == Status.PENDING


def test_a_wish_that_the_rails_block_takes_nobodys_place(ad_set: AdSet) -> None:
    rule = version_of(make_rule(ad_set.account, leaf("spend_7d", ">", 5)))
    put(ad_set, draft_of(ad_set, rule_version=rule))
    old_data = LATER - timedelta(hours=9)
    result = put(ad_set, draft_of(ad_set, "pause", "PAUSED", rule_version=rule, data_read_at=old_data), now=LATER)
    assert (result.superseded, dict(result.blocked)) == (0, {"data_age": 1})
    assert Action.objects.get().status == Status.PENDING


def test_another_kind_for_the_same_entity_supersedes_the_open_one(ad_set: AdSet) -> None:
    rule = version_of(make_rule(ad_set.account, leaf("spend_7d", ">", 5)))
    put(ad_set, draft_of(ad_set, rule_version=rule))
    result = put(ad_set, draft_of(ad_set, "pause", rule_version=rule), now=LATER)
    assert (result.superseded, len(result.created)) == (1, 1)
    old = Action.objects.get(kind="decrease_budget")
    assert (old.status, old.outcome_note) == (Status.SUPERSEDED, "pause is wanted now instead.")
    assert events_of(old).get(kind="optimization_superseded").payload["reason"] == "pause is wanted now instead."


def test_a_loser_of_a_conflict_closes_with_the_reason(ad_set: AdSet) -> None:
    put(ad_set, draft_of(ad_set, "increase_budget", 12_000))
    loser, winner = draft_of(ad_set, "increase_budget", 12_000), draft_of(ad_set, "pause")
    put(ad_set, winner, losers=[Superseded(loser, winner, "Safety goes before growth: pause.")], now=LATER)
    assert Action.objects.get(kind="increase_budget").outcome_note == "Safety goes before growth: pause."


def test_two_accounts_do_not_see_each_other(ad_set: AdSet) -> None:
    other: AdSet = AdSetFactory.create()
    budget_action(other, status=Status.APPROVED, entity_id=ad_set.meta_id)
    assert len(put(ad_set, draft_of(ad_set)).created) == 1


def test_the_ledger_stays_whole_over_many_proposals(ad_set: AdSet) -> None:
    sets = [ad_set, *AdSetFactory.create_batch(5, campaign=ad_set.campaign)]
    roomy(ad_set.account, *[one.meta_id for one in sets])
    put(ad_set, *[draft_of(one) for one in sets])
    put(ad_set, *[draft_of(one, wanted=7_500) for one in sets[:3]], now=LATER)
    assert LedgerEvent.objects.count() == 9
    assert verify() == []


@pytest.mark.parametrize(
    ("field", "before", "after", "spend", "stake"),
    [
        ("daily_budget", 10_000, 8_000, 55, 2_000),
        ("daily_budget", 10_000, 12_000, None, 2_000),
        ("lifetime_budget", 10_000, 5_000, 700, 350),
        ("lifetime_budget", 10_000, 5_000, None, None),
        ("status", "ACTIVE", "PAUSED", 700, 700),
        ("status", "ACTIVE", "PAUSED", None, None),
    ],
)
def test_the_money_at_stake_is_what_the_change_moves_a_day(
    field: str, before: Any, after: Any, spend: int | None, stake: int | None
) -> None:
    assert stake_of(field, before, after, spend) == stake


class TestStale:
    def test_a_proposal_whose_rule_no_longer_wants_it_says_since_when(self, ad_set: AdSet) -> None:
        rule = make_rule(ad_set.account, leaf("spend_7d", ">", 5))
        budget_action(ad_set, rule_version=version_of(rule))
        assert mark_stale(ad_set.account, {rule.pk: 1}, [], NOW) == 1
        assert the_one().stale_reason == "its condition no longer held at 20 Nov, 13:00 CET."  # Berlin
        assert mark_stale(ad_set.account, {rule.pk: 1}, [], LATER) == 0

    def test_a_rule_that_was_not_looked_at_makes_nothing_stale(self, ad_set: AdSet) -> None:
        rule = make_rule(ad_set.account, leaf("spend_7d", ">", 5))
        budget_action(ad_set, rule_version=version_of(rule))
        assert mark_stale(ad_set.account, {}, [], NOW) == 0
        assert mark_stale(ad_set.account, {rule.pk: 1}, [draft_of(ad_set)], NOW) == 0

    def test_a_change_at_meta_makes_it_stale_and_shows_the_value(self, ad_set: AdSet) -> None:
        budget_action(ad_set)
        AdSet.objects.update(daily_budget=12_345)
        assert mark_stale(ad_set.account, {}, [], NOW) == 1
        assert "123.45 EUR" in the_one().stale_reason

    def test_what_vanished_is_stale(self, ad_set: AdSet) -> None:
        pause_action(ad_set, level="campaign", entity_id=ad_set.campaign.meta_id)
        Campaign.objects.update(deleted_at=NOW)
        assert mark_stale(ad_set.account, {}, [], NOW) == 1
        assert "no longer exists" in the_one().stale_reason

    def test_a_decided_action_never_turns_stale(self, ad_set: AdSet) -> None:
        budget_action(ad_set, status=Status.APPROVED)
        AdSet.objects.update(daily_budget=12_345)
        assert mark_stale(ad_set.account, {}, [], NOW) == 0

    def test_a_plan_is_stale_when_one_of_its_values_changed_and_says_which(self, ad_set: AdSet) -> None:
        key = f"adset:{ad_set.meta_id}:daily_budget"
        budget_action(ad_set, kind="set_budget", field="steps", value_before={key: ad_set.daily_budget}, steps=[{}])
        assert mark_stale(ad_set.account, {}, [], NOW) == 0
        AdSet.objects.update(daily_budget=12_345)
        assert mark_stale(ad_set.account, {}, [], NOW) == 1
        what = f"adset {ad_set.meta_id} daily_budget: 100.00 EUR a day, now 123.45 EUR a day."
        assert the_one().stale_reason == f"it was changed meanwhile: the proposal saw {what}"

    def test_what_lost_a_conflict_says_to_whom(self, ad_set: AdSet) -> None:
        rule = make_rule(ad_set.account, leaf("spend_7d", ">", 5))
        budget_action(ad_set, rule_version=version_of(rule))
        lost = Superseded(draft_of(ad_set), draft_of(ad_set, "pause"), "Safety goes before growth: pause by rule X.")
        assert mark_stale(ad_set.account, {rule.pk: 1}, [], NOW, [lost]) == 1
        reason = "at 20 Nov, 13:00 CET another wish went before it. Safety goes before growth: pause by rule X."
        assert the_one().stale_reason == reason

    def test_a_suggestion_keeps_only_a_suggestion_alive(self, ad_set: AdSet) -> None:
        rule = make_rule(ad_set.account, leaf("spend_7d", ">", 5))
        budget_action(ad_set, rule_version=version_of(rule))
        pause_action(ad_set, rule_version=version_of(rule), status=Status.SUGGESTED)
        shadows = [draft_of(ad_set, suggested_only=True), draft_of(ad_set, "pause", suggested_only=True)]
        assert mark_stale(ad_set.account, {rule.pk: 1}, shadows, NOW) == 1
        assert Action.objects.get(kind="decrease_budget").stale_reason
        assert not Action.objects.get(kind="pause").stale_reason


def test_a_mere_suggestion_takes_over_no_proposal_that_people_may_approve(ad_set: AdSet) -> None:
    acting, shadow = (make_rule(ad_set.account, leaf("spend_7d", ">", 5), name=name) for name in "ab")
    budget_action(ad_set, rule_version=version_of(acting))
    wish = draft_of(ad_set, wanted=7_000, rule_version=version_of(shadow), suggested_only=True)
    found = propose(ad_set.account, [wish], [], LATER, None)
    assert found.skipped == {"the same is proposed already, by more than a suggestion": 1}
    row = the_one()
    assert (row.rule_version, row.value_final, row.refresh_count) == (version_of(acting), 8_000, 0)


def test_another_rule_that_wants_the_same_makes_a_new_version(ad_set: AdSet) -> None:
    first, second = (make_rule(ad_set.account, leaf("spend_7d", ">", 5), name=name) for name in "ab")
    propose(ad_set.account, [draft_of(ad_set, rule_version=version_of(first))], [], NOW, None)
    propose(ad_set.account, [draft_of(ad_set, rule_version=version_of(first))], [], LATER, None)
    assert the_one().version == 1
    propose(ad_set.account, [draft_of(ad_set, rule_version=version_of(second))], [], LATER, None)
    assert (the_one().version, the_one().rule_version) == (2, version_of(second))
