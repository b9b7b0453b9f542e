"""Changes by hand: what may be asked for, what the rails say to a person, and what is kept of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from intelligence.models import Freshness, QualityState
from metaads.models import Ad, AdAccount, AdSet, Role, SwitchState
from optimization.by_person import BadParameters, HeldBack, Wanted, kinds_for, look, propose_by_hand
from optimization.incident.stops import set_stop
from optimization.kinds.campaign_template import EXAMPLE
from optimization.ledger import events_of
from optimization.models import AccountLimits, Action, Source, Status
from optimization.queue.errors import Invalid, NotAllowed, Stale
from tests.factories.metaads import AdFactory, AdSetFactory, CampaignFactory, MembershipFactory, UserFactory
from tests.factories.optimization import NOW, budget_action, roomy

pytestmark = pytest.mark.django_db
Make = Callable[..., Action]


@pytest.fixture
def ad() -> Ad:
    made: Ad = AdFactory.create()
    for level in ("campaign", "adset", "ad"):
        Freshness.objects.create(account=made.account, level=level, read_at=NOW - timedelta(minutes=5))
    roomy(made.account, made.ad_set.meta_id)
    return made


@pytest.fixture
def mia(ad: Ad) -> User:
    user: User = UserFactory.create(username="mia")
    MembershipFactory.create(user=user, account=ad.account, role=Role.MANAGER)
    return user


@pytest.fixture
def do(ad: Ad, mia: User) -> Make:
    """Takes an action on the ad set (or another object) as mia."""

    def make(kind: str, user: User | None = mia, target: Any = None, timed: Any = None, **said: Any) -> Action:
        row = target or ad.ad_set
        level = {"Ad": "ad", "AdSet": "adset", "Campaign": "campaign"}[type(row).__name__]
        parameters = said.pop("parameters", {})
        wanted = Wanted(level, row.meta_id, kind, parameters, timed)
        return propose_by_hand(user, row.account, wanted, NOW, **{"reason": "It loses money", **said})

    return make


def kinds_of(action: Action) -> list[str]:
    return [event.kind for event in events_of(action)]


def test_a_manager_pauses_an_ad_in_one_step(ad: Ad, mia: User, do: Make) -> None:
    action = do("pause", target=ad)
    assert (action.status, action.source, action.level, action.entity_id) == (
        Status.APPROVED, Source.PERSON, "ad", ad.meta_id,
    )  # fmt: skip
    assert (action.value_before, action.value_final) == ("ACTIVE", "PAUSED")
    assert (action.proposed_by, action.decided_by) == (mia, mia)
    assert action.reason == "It loses money"
    assert kinds_of(action) == ["optimization_suggested", "optimization_approved"]
    assert {event.user_id for event in events_of(action)} == {mia.pk}


def test_a_budget_by_percent_is_an_absolute_amount(do: Make) -> None:
    action = do("increase_budget", parameters={"percent": 10})
    assert (action.field, action.value_before, action.value_final) == ("daily_budget", 10_000, 11_000)
    assert (action.at_stake, str(action.amount_pct)) == (1_000, "10.00")
    assert action.parameters == {"percent": "10"}


def test_asked_of_an_ad_a_budget_moves_to_where_it_lives_and_says_so(ad: Ad, do: Make) -> None:
    action = do("set_budget", target=ad, parameters={"amount": "90"})
    assert (action.level, action.entity_id) == ("adset", ad.ad_set.meta_id)
    assert "The budget lives on the ad set" in action.reason
    assert action.metrics["asked_of"]["id"] == ad.meta_id


@pytest.mark.parametrize(
    ("kind", "parameters", "field", "words"),
    [
        ("increase_budget", {"percent": 2000}, "percent", "outside 0 to 1000"),
        ("increase_budget", {}, "", "either percent or amount"),
        ("set_budget", {"amount": "much"}, "amount", "Write a number, such as 12.50."),
        ("set_budget", {"amount": -5}, "amount", "more than 0"),
        ("set_budget", {"amount": "0.004"}, "amount", "It is less than the currency's smallest unit."),
        ("set_budget", {}, "amount", "Fill it in"),
        ("pause", {"hard": True}, "hard", "not known here"),
    ],
)
def test_each_wrong_parameter_is_named(do: Make, kind: str, parameters: Any, field: str, words: str) -> None:
    with pytest.raises(BadParameters) as refused:
        do(kind, parameters=parameters)
    assert words in " ".join(refused.value.fields[field])
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"kind": "activate"}, Invalid, "already active"),
        ({"kind": "dance"}, Invalid, "kind: there is no 'dance'"),
        ({"kind": "notify_only"}, Invalid, "not for this level"),
        ({"kind": "pause", "reason": " "}, Invalid, "reason:"),
        ({"kind": "pause", "timed": {"hours": 0}}, BadParameters, "hours: Give whole hours"),
        ({"kind": "pause", "timed": {"hours": True}}, BadParameters, "hours: Give whole hours"),
        ({"kind": "pause", "seen": "another"}, Stale, "do something else"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    do: Make, changes: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        do(**changes)
    assert not Action.objects.exists()


def test_what_vanished_or_was_imported_cannot_be_changed(ad: Ad, do: Make) -> None:
    AdSet.objects.filter(pk=ad.ad_set.pk).update(deleted_at=NOW)
    with pytest.raises(Stale, match="no longer exists"):
        do("pause")
    AdAccount.objects.filter(pk=ad.account.pk).update(read_only=True)
    with pytest.raises(Invalid, match="imported data"):
        do("pause", target=Ad.objects.get(pk=ad.pk))


def test_only_managers_change_something(ad: Ad, do: Make) -> None:
    viewer: User = UserFactory.create()
    MembershipFactory.create(user=viewer, account=ad.account, role=Role.VIEWER)
    with pytest.raises(NotAllowed, match="managers"):
        do("pause", user=viewer)
    assert not Action.objects.exists()


def test_what_rails_advise_against_needs_a_reason_of_its_own_which_the_ledger_keeps(
    ad: Ad, mia: User, do: Make
) -> None:
    """70 % more in a day is more than machines may."""
    with pytest.raises(BadParameters) as refused:
        do("increase_budget", parameters={"percent": 70})
    assert "override_reason" in refused.value.fields
    action = do("increase_budget", parameters={"percent": 70}, override_reason="Sale starts tonight")
    assert action.value_final == 17_000, "a person's wish is not trimmed"
    assert [one["guard"] for one in action.overridden] == ["budget_step"]
    assert action.overridden[0]["why"] == "Sale starts tonight"
    assert kinds_of(action) == ["optimization_suggested", "override_set", "optimization_approved"]


def test_a_hard_rail_is_never_overridden(ad: Ad, mia: User, do: Make) -> None:
    set_stop(ad.account, mia, NOW, "Looks odd")
    with pytest.raises(HeldBack, match="stop"):
        do("pause", override_reason="I insist")
    assert not Action.objects.exists()


def test_doubtful_data_stop_growth_but_not_a_persons_pause(ad: Ad, do: Make) -> None:
    QualityState.objects.create(account=ad.account, doubtful_since=NOW, checked_at=NOW)
    with pytest.raises(HeldBack):
        do("increase_budget", parameters={"percent": 5}, override_reason="I insist")
    assert do("pause").status == Status.APPROVED


def test_an_open_proposal_for_the_same_makes_way_and_others_stay(ad: Ad, do: Make) -> None:
    same = budget_action(ad.ad_set, 8_000)
    other = budget_action(ad.ad_set, kind="pause", field="status", value_before="ACTIVE", value_final="PAUSED")
    do("decrease_budget", parameters={"amount": 10})
    same.refresh_from_db()
    other.refresh_from_db()
    assert (same.status, same.outcome_note) == (Status.SUPERSEDED, "A person does it by hand instead.")
    assert other.status == Status.PENDING


def test_for_today_only_is_kept_with_the_action(do: Make) -> None:
    assert do("pause", timed={"hours": None}).timed == {"hours": None}
    assert do("decrease_budget", parameters={"percent": 5}, timed={"hours": 4}).timed == {"hours": 4}


def test_above_the_four_eyes_amount_it_waits_for_two_others(ad: Ad, do: Make) -> None:
    AccountLimits.objects.create(account=ad.account, four_eyes_above=5)
    MembershipFactory.create(user=UserFactory.create(), account=ad.account, role=Role.MANAGER)
    action = do("increase_budget", parameters={"percent": 10})
    assert action.status == Status.PENDING
    assert action.proposed_by is not None
    assert kinds_of(action) == ["optimization_suggested"]


def test_with_the_executor_off_it_is_noted_to_be_done_by_hand(do: Make) -> None:
    SwitchState.objects.create(name="ENABLE_ACTION_EXECUTOR", on=False)
    action = do("pause")
    assert action.status == Status.APPROVED
    assert "by hand" in action.outcome_note


def test_with_everything_off_nothing_is_proposed(do: Make) -> None:
    SwitchState.objects.create(name="ENABLE_INTELLIGENCE", on=False)
    with pytest.raises(Invalid, match="Nothing is proposed now"):
        do("pause")


def test_looking_stores_nothing_and_names_every_rail(ad: Ad, mia: User) -> None:
    wanted = Wanted("adset", ad.ad_set.meta_id, "increase_budget", {"percent": 70})
    found = look(ad.account, wanted, NOW, mia)
    assert not Action.objects.exists()
    assert found.hard == []
    assert [verdict.guard for verdict in found.advisory] == ["budget_step"]
    assert len(found.action.verdicts) > 5
    assert found.seen == look(ad.account, wanted, NOW, mia).seen


def test_the_fingerprint_is_of_the_change_not_of_its_reason(ad: Ad, mia: User) -> None:
    wanted = Wanted("adset", ad.ad_set.meta_id, "increase_budget", {"percent": 10})
    seen = look(ad.account, wanted, NOW, mia, "one reason").seen
    assert seen == look(ad.account, wanted, NOW + timedelta(minutes=1), mia, "another").seen
    AdSet.objects.filter(pk=ad.ad_set.pk).update(daily_budget=12_000)
    assert seen != look(ad.account, wanted, NOW, mia).seen


def test_the_most_used_kinds_come_first() -> None:
    assert [kind.key for kind in kinds_for("adset")][:5] == [
        "pause", "activate", "increase_budget", "decrease_budget", "set_budget",
    ]  # fmt: skip
    assert "notify_only" not in [kind.key for kind in kinds_for("ad")]


def test_a_campaign_with_a_budget_of_its_own(ad: Ad, mia: User, do: Make) -> None:
    campaign = CampaignFactory.create(account=ad.account, daily_budget=50_000)
    AdSetFactory.create(campaign=campaign, daily_budget=None)
    action = do("decrease_budget", target=campaign, parameters={"percent": 10})
    assert (action.level, action.value_final) == ("campaign", 45_000)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [("set_bid_strategy", {"strategy": "cost_cap", "amount": "12"}), ("adjust_audience", {"age_min": 30})],
)
def test_bid_and_audience_are_read_for_a_change_by_hand(ad: Ad, kind: str, parameters: dict[str, Any]) -> None:
    ad.ad_set.bid_strategy = "LOWEST_COST_WITHOUT_CAP"
    ad.ad_set.targeting = {"geo_locations": {"countries": ["DE"]}, "age_min": 18, "age_max": 54}
    ad.ad_set.save()
    seen = look(ad.account, Wanted("adset", ad.ad_set.meta_id, kind, parameters), NOW)
    assert seen.action.value_before != seen.action.value_final


def test_what_lies_in_a_list_is_named_with_its_place(ad: Ad) -> None:
    parameters = {"name": "New", "objective": "OUTCOME_SALES", "ad_sets": [{"name": "First"}]}
    with pytest.raises(BadParameters) as refused:
        look(ad.account, Wanted("account", ad.account.meta_id, "create_campaign", parameters), NOW)
    assert 'Ad set 1 needs "targeting".' in refused.value.fields["ad_sets"]


def test_what_is_asked_of_the_account_is_judged_by_its_campaigns_figures(ad: Ad) -> None:
    Freshness.objects.update_or_create(account=ad.account, level="campaign", defaults={"read_at": NOW})
    parameters = {"name": "New", "objective": "OUTCOME_SALES", "daily_budget": "20", "ad_sets": EXAMPLE}
    seen = look(ad.account, Wanted("account", ad.account.meta_id, "create_campaign", parameters), NOW)
    assert seen.action.data_read_at == NOW
    assert "no data" not in " ".join(verdict.reason for verdict in seen.judgement.verdicts)
