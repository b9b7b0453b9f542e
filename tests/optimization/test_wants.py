"""The pure core: what the live engine did is computed again from what was known, without a database."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from intelligence.metrics.frame import Frame
from metaads.models import AdAccount, AdSet
from optimization.cycle import run_cycle
from optimization.entities import Entity
from optimization.gather import Now, due_rules
from optimization.models import Action, RuleVersion, Status
from optimization.queue.conflicts import resolve
from optimization.queue.facts import Surroundings, surroundings
from optimization.queue.judging import Judged, judge, welcome
from optimization.queue.standing import Open, Standing, standing_of
from optimization.rules.sheet import Context
from optimization.wants import Look, explain, wants
from tests.factories.estate import ample
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import (
    NOW,
    WrittenWorld,
    budget_action,
    keep_frame,
    make_rule,
    pause_action,
    version_of,
)
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
CUT = {"kind": "decrease_budget", "parameters": {"percent": 60}}
GROW = {"kind": "increase_budget", "parameters": {"percent": 10}}


@dataclass(frozen=True)
class Written:
    """What was known, held in memory."""

    held: Mapping[str, Entity]
    done: Mapping[int, Mapping[tuple[str, str], list[datetime]]]

    def entities(self, level: str, ids: Iterable[str], whole: bool = False) -> Mapping[str, Entity]:
        return {one: self.held[one] for one in ids if one in self.held}

    def recent(self, rule_id: int, hours: float) -> Mapping[tuple[str, str], list[datetime]]:
        return self.done.get(rule_id, {})

    def context(self, frame: Frame) -> Context:
        return Context()

    def world(self, about: Collection[Entity]) -> WrittenWorld:
        return WrittenWorld()


@pytest.fixture
def sets() -> list[AdSet]:
    first: AdSet = AdSetFactory.create()
    return [first, *AdSetFactory.create_batch(5, campaign=first.campaign)]


@pytest.fixture
def account(sets: list[AdSet]) -> AdAccount:
    return sets[0].account


@pytest.fixture
def frame(account: AdAccount, sets: list[AdSet]) -> Frame:
    columns: dict[str, list[Any]] = {
        "ids": [one.meta_id for one in sets],
        "name": [one.name for one in sets],
        "spend_7d": [20, 60, 700, None, 900, 40],
    }
    return keep_frame(account, "adset", columns)


@pytest.fixture
def history(account: AdAccount, sets: list[AdSet]) -> None:
    """Two rules on the same entities, one of them cooling down somewhere; a proposal open, one rejected, one going."""
    stop = make_rule(account, leaf("spend_7d", ">", 500), name="Stop", safety={"cooldown_hours": 30})
    make_rule(account, leaf("spend_7d", ">", 50), CUT, name="Cut")
    make_rule(account, leaf("spend_7d", "<", 50), GROW, name="Grow")
    executed = NOW - timedelta(hours=29)
    pause_action(sets[4], rule_version=version_of(stop), status=Status.EXECUTED, executed_at=executed)
    budget_action(sets[2], rule_version=version_of(stop))
    pause_action(sets[1], status=Status.REJECTED, decided_at=NOW - timedelta(hours=1))
    budget_action(sets[5], 9_000, status=Status.APPROVED)


Told = list[tuple[str, str, Any, Any, str]]


def decided(
    account: AdAccount,
    looks: list[Look],
    frames: Mapping[str, Frame],
    known: Written,
    around: Surroundings,
    standing: Standing,
) -> Judged:
    gathered = wants(account, looks, frames, known, NOW)
    drafts, _ = welcome(gathered.drafts, standing.rejected)
    winners, losers = resolve(drafts)
    return judge(explain(account.currency, winners, gathered), losers, around, standing)


def known_now(account: AdAccount, looks: list[Look], frame: Frame) -> Written:
    now = Now(account, NOW, 30)
    held = dict(now.entities("adset", frame.ids.tolist()))
    return Written(held, {look.rule.pk: now.recent(look.rule.pk, 30) for look in looks})  # type: ignore[misc]


@pytest.mark.usefixtures("history")
def test_a_replay_without_the_database_decides_what_the_live_engine_did_action_for_action(
    account: AdAccount, frame: Frame, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    looks = due_rules(account, NOW)
    known, standing = known_now(account, looks, frame), standing_of(account, NOW)
    around = replace(surroundings(account, NOW), estate=ample(account))
    with django_assert_num_queries(0):
        judged = decided(account, looks, {"adset": frame}, known, around, standing)
    replayed: Told = sorted(
        (draft.entity.meta_id, draft.kind, draft.before, judgement.final, draft.reason)
        for draft, judgement in judged.passed
    )
    run = run_cycle(account, NOW)
    rows = Action.objects.filter(refreshed_at=NOW, run=run)
    live: Told = sorted(rows.values_list("entity_id", "kind", "value_before", "value_final", "reason"))
    assert run is not None
    assert replayed == live
    assert len(replayed) == run.counts["created"] == 4
    assert [proposal.kind for proposal, _ in judged.displaced] == ["decrease_budget"]
    assert run.counts["superseded"] == 1
    assert (
        run.counts["skipped"]
        == {reason: 1 for _, reason in judged.skipped}
        == {"another action on it is on its way": 1}
    )


def test_a_rule_that_has_no_row_yet_can_be_looked_at(account: AdAccount, frame: Frame) -> None:
    saved = make_rule(account, leaf("spend_7d", ">", 500))
    look = due_rules(account, NOW)[0]
    unsaved = Look(saved, RuleVersion(rule=saved, number=99), look.compiled)
    known = known_now(account, [look], frame)
    gathered = wants(account, [unsaved], {"adset": frame}, known, NOW)
    assert [draft.rule_version for draft in gathered.drafts] == [unsaved.version] * 2
    assert explain("EUR", gathered.drafts, gathered)[0].reason == "Spend 700.00 EUR in the last 7 days."


def test_an_entity_that_was_not_there_then_is_left_alone(account: AdAccount, frame: Frame, sets: list[AdSet]) -> None:
    make_rule(account, leaf("spend_7d", ">", 500))
    looks = due_rules(account, NOW)
    known = known_now(account, looks, frame)
    then = replace(known, held={sets[2].meta_id: replace(known.held[sets[2].meta_id], status="PAUSED")})
    gathered = wants(account, looks, {"adset": frame}, then, NOW)
    assert gathered.drafts == []
    assert gathered.refused == {"It is already paused.": 1, "It vanished at Meta.": 1}


def test_every_draft_says_how_sure_its_rule_is(account: AdAccount, sets: list[AdSet]) -> None:
    """The same CPA of 50: from two conversions, and from forty."""
    columns: dict[str, list[Any]] = {
        "ids": [one.meta_id for one in sets],
        "name": [one.name for one in sets],
        "parent_id": [one.campaign.meta_id for one in sets],
        "spend_7d": [100, 2000, 300, 300, 300, 300],
        "conversions_7d": [2, 40, 6, 15, 30, 9],
        "cpa_7d": [50, 50, 50, 20, 10, 33],
    }
    made = keep_frame(account, "adset", columns)
    make_rule(account, {"all": [leaf("cpa_7d", ">", 35), leaf("spend_7d", ">", 50)]}, name="Dear")
    looks = due_rules(account, NOW)
    drafts = wants(account, looks, {"adset": made}, known_now(account, looks, made), NOW).drafts
    sure = {draft.entity.meta_id: draft.confidence for draft in drafts}
    few, many = sure[sets[0].meta_id], sure[sets[1].meta_id]
    assert few is not None
    assert many is not None
    assert few < 0.75 < 0.9 < many
    assert drafts[0].confidence_note == "Least sure: CPA in the last 7 days is over 35.00."


def test_an_open_proposal_of_a_replay_needs_no_row() -> None:
    proposal = Open("adset", "31", "pause", "21", 50, "ACTIVE", "PAUSED")
    assert (proposal.key, proposal.by_machine, proposal.rank) == (("adset", "31", "pause"), True, (0, -50))
