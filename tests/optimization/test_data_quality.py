"""Doubtful data through the product: nothing new moves money, a person may prevent loss, page and ledger say why."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from intelligence.collect.quality import CLEAR_AFTER, assess
from intelligence.collect.quality_checks import Check, Finding, Verdict
from intelligence.models import QualityState
from metaads.models import AdAccount, AdSet
from optimization.data_quality import record_quality
from optimization.dispatch import run_action
from optimization.ledger import verify
from optimization.models import Action, LedgerEvent, Status
from optimization.queue import services
from optimization.queue.errors import Invalid
from optimization.queue.propose import propose
from tests.factories.optimization import draft_of
from tests.optimization.conftest import NOW, Meta

WHY = "Only 0 results were reported in the last 8 h, about 111 were expected."
Propose = Callable[..., Action]
Member = Callable[..., User]


class Says(Check):
    key, label = "purchases_vanish", "Results vanish"

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def look(self, account: AdAccount, now: object) -> Finding:
        return Finding(self.key, self.verdict, WHY)


def doubt(account: AdAccount) -> None:
    assess(account, NOW, (Says(Verdict.DOUBTFUL),))


def trust(account: AdAccount) -> None:
    for moment in (NOW + timedelta(hours=1), NOW + timedelta(hours=1) + CLEAR_AFTER):
        assess(account, moment, (Says(Verdict.FINE),))


@pytest.mark.parametrize("kind", ["increase_budget", "decrease_budget"])
def test_no_rule_proposes_anything_that_moves_money(local_ad_set: AdSet, kind: str) -> None:
    wanted = 11_000 if kind == "increase_budget" else 8_000
    doubt(local_ad_set.account)
    proposed = propose(local_ad_set.account, [draft_of(local_ad_set, kind, wanted)], (), NOW, None)
    assert (proposed.created, dict(proposed.blocked)) == ({}, {"data_quality": 1})


def test_once_the_data_are_trusted_again_rules_propose_again(local_ad_set: AdSet) -> None:
    doubt(local_ad_set.account)
    trust(local_ad_set.account)
    assert len(propose(local_ad_set.account, [draft_of(local_ad_set)], (), NOW, None).created) == 1


def test_other_accounts_go_on(local_ad_set: AdSet, meta: Meta) -> None:
    doubt(meta.account)
    assert len(propose(local_ad_set.account, [draft_of(local_ad_set)], (), NOW, None).created) == 1


def test_an_approved_increase_waits_and_a_decrease_is_carried_out(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    user = member(meta.account)
    up = propose_budget(ad_set, (ad_set.daily_budget or 0) + 100)
    services.approve(up.pk, user, NOW)
    doubt(meta.account)
    assert run_action(up.pk, NOW) is Status.APPROVED
    assert meta.posts(ad_set.meta_id) == []
    services.cancel(up.pk, user, NOW)
    down = propose_budget(ad_set, 1500)
    services.approve(down.pk, user, NOW)
    assert run_action(down.pk, NOW) is Status.EXECUTED
    assert meta.budget(ad_set.meta_id) == 1500


def test_what_waited_is_carried_out_when_the_doubt_is_gone(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    wanted = (ad_set.daily_budget or 0) + 100
    up = propose_budget(ad_set, wanted)
    services.approve(up.pk, member(meta.account), NOW)
    doubt(meta.account)
    assert run_action(up.pk, NOW) is Status.APPROVED
    trust(meta.account)
    Action.objects.update(next_try_at=None)
    assert run_action(up.pk, NOW) is Status.EXECUTED
    assert meta.budget(ad_set.meta_id) == wanted


def test_a_person_cannot_overrule_it_with_a_larger_amount(
    meta: Meta, ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    action = propose_budget(ad_set, (ad_set.daily_budget or 0) + 100)
    doubt(meta.account)
    more = Decimal((ad_set.daily_budget or 0) + 200) / 100
    with pytest.raises(Invalid, match="data are doubtful"):
        services.modify_and_approve(action.pk, member(meta.account), NOW, more)


def test_every_change_enters_the_ledger_once_with_its_reasons(local_ad_set: AdSet) -> None:
    account = local_ad_set.account
    doubt(account)
    assert (record_quality(account, NOW), record_quality(account, NOW)) == (1, 0)
    trust(account)
    assert record_quality(account, NOW) == 1
    events = LedgerEvent.objects.filter(kind="data_quality_changed").order_by("pk")
    assert [event.payload["change"] for event in events] == ["doubtful", "cleared"]
    assert events[0].payload["reasons"][0]["sentence"] == WHY
    assert verify() == []


def test_every_page_of_the_account_says_why_and_others_do_not(
    local_ad_set: AdSet, member: Member, manager: User
) -> None:
    member(local_ad_set.account)
    client = Client()
    client.force_login(manager)
    assert WHY not in client.get("/actions/").content.decode()
    doubt(local_ad_set.account)
    for path in ("/", "/actions/"):
        page = client.get(path).content.decode()
        assert WHY in page
        assert f"The data of {local_ad_set.account} are doubtful" in page
    stranger = Client()
    stranger.force_login(User.objects.create(username="stranger"))
    assert WHY not in stranger.get("/").content.decode()


def test_a_state_that_was_never_made_holds_nobody_up(local_ad_set: AdSet) -> None:
    assert not QualityState.objects.exists()
    assert len(propose(local_ad_set.account, [draft_of(local_ad_set)], (), NOW, None).created) == 1
