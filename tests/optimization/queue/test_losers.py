"""Who lost a conflict is kept on the run with the reason, and shown with what won."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from metaads.models import AdSet
from optimization.cycle import run_cycle
from optimization.models import Action, Rule, Run
from optimization.queue import losers
from optimization.queue.losers import lost_to, packed
from tests.factories.metaads import AdSetFactory, MembershipFactory
from tests.factories.optimization import NOW, draft, entity, keep_frame, make_rule
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
SPENDS = leaf("spend_7d", ">", 50)


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


@pytest.fixture
def rival(ad_set: AdSet) -> Rule:
    """Two rules want two things of one ad set, a third the same as the first; a look has settled it."""
    make_rule(ad_set.account, SPENDS, name="Stop", priority=9)
    made = make_rule(ad_set.account, SPENDS, {"kind": "increase_budget", "parameters": {"percent": 10}}, name="Grow")
    columns: dict[str, list[Any]] = {"ids": [ad_set.meta_id], "name": [ad_set.name], "spend_7d": [60]}
    keep_frame(ad_set.account, "adset", columns)
    run_cycle(ad_set.account, NOW)
    return made


def test_a_wish_that_never_was_proposed_is_on_the_run_with_the_reason(ad_set: AdSet, rival: Rule) -> None:
    kept = Run.objects.get().losers
    reason = "Safety goes before growth: pause by rule Stop."
    winner = Action.objects.get()
    assert kept["reasons"] == [reason]
    mine = ["adset", ad_set.meta_id]
    assert kept["rows"] == [
        [*mine, "increase_budget", rival.current_id, 11_000, *mine, "pause", winner.rule_version_id, 0]
    ]
    (lost,) = lost_to(winner)
    assert (lost.kind, lost.wanted, lost.reason) == ("increase_budget", 11_000, reason)
    assert lost.version is not None
    assert lost.version.rule == rival


def test_the_case_file_tells_what_else_was_wanted(ad_set: AdSet, rival: Rule, client: Client, manager: User) -> None:
    MembershipFactory.create(user=manager, account=ad_set.account)
    client.force_login(manager)
    page = client.get(reverse("action", args=[Action.objects.get().public_id])).content.decode()
    assert "What else was wanted" in page
    assert "to 110.00 EUR" in page
    assert reverse("rule", args=[rival.public_id]) in page
    assert "Safety goes before growth" in page


def test_of_very_many_losers_the_number_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from optimization.queue.conflicts import Superseded

    monkeypatch.setattr(losers, "MOST", 2)
    thing = entity("31")
    many = [Superseded(draft(thing), draft(thing, "pause"), "Why.")] * 5
    kept = packed(many)
    assert (len(kept["rows"]), kept["more"], kept["reasons"]) == (2, 3, ["Why."])
    assert packed([]) == {}
