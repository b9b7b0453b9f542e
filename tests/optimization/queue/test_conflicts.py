"""Conflicts: one winner an entity, whatever the order; safety before growth; nothing grows under a paused parent."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimization.kinds import KINDS
from optimization.models import Rule, RuleVersion
from optimization.queue.conflicts import resolve
from optimization.queue.drafts import Draft
from tests.factories.optimization import draft, entity

CAMPAIGN = entity("21", level="campaign", parent_ids=(), name="Summer")
SET_A, SET_B = entity("31"), entity("32", campaign_id="22", parent_ids=("22",))
AD = entity("41", level="ad", parent_ids=("31", "21"), daily_budget=None)
BUDGETED = ("increase_budget", "decrease_budget", "set_budget")


def by(priority: int = 50, confidence: float | None = None, version: int = 1) -> dict[str, Any]:
    rule = RuleVersion(pk=version, rule=Rule(pk=version, name=f"R{version}"))
    return {"priority": priority, "confidence": confidence, "rule_version": rule}


def winners(*drafts: Draft) -> list[Draft]:
    return resolve(drafts)[0]


def test_safety_goes_before_growth_whatever_the_priority() -> None:
    grow = draft(SET_A, "increase_budget", 12_000, **by(99, version=2))
    cut = draft(SET_A, "decrease_budget", 8_000, **by(1))
    won, lost = resolve([grow, cut])
    assert won == [cut]
    assert [(loser.draft, loser.by) for loser in lost] == [(grow, cut)]
    assert "Safety goes before growth" in lost[0].reason
    assert "R1" in lost[0].reason


def test_a_pause_goes_before_a_cut() -> None:
    pause, cut = draft(SET_A, "pause"), draft(SET_A, **by(99))
    assert winners(cut, pause) == [pause]


def test_then_priority_then_confidence_decide() -> None:
    low, high = draft(SET_A, wanted=9_000, **by(10)), draft(SET_A, wanted=7_000, **by(20, version=2))
    won, lost = resolve([low, high])
    assert won == [high]
    assert "higher priority" in lost[0].reason
    sure, unsure = draft(SET_A, **by(10, 0.9, 2)), draft(SET_A, **by(10, 0.6, 1))
    unknown = draft(SET_A, **by(10, None, 1))
    assert winners(unknown, unsure, sure) == [sure]
    assert winners(unknown, unsure) == [unsure]


@pytest.mark.parametrize("thing", [SET_A, AD])
def test_nothing_grows_under_a_parent_that_is_to_be_paused(thing: object) -> None:
    pause = draft(CAMPAIGN, "pause", **by(1))
    grow = draft(AD, "activate", **by(99)) if thing is AD else draft(SET_A, "increase_budget", 12_000, **by(99))
    won, lost = resolve([grow, pause])
    assert won == [pause]
    assert "Nothing grows while" in lost[0].reason


def test_a_pause_that_lost_to_another_pause_holds_its_children_all_the_same() -> None:
    first, second = draft(CAMPAIGN, "pause", **by(9)), draft(CAMPAIGN, "pause", **by(1, version=2))
    assert winners(second, draft(SET_A, "increase_budget", 12_000), first) == [first]


def test_a_paused_parent_leaves_cuts_and_other_campaigns_alone() -> None:
    pause = draft(CAMPAIGN, "pause")
    cut, elsewhere = draft(SET_A, wanted=8_000), draft(SET_B, "increase_budget", 12_000)
    assert set(map(id, winners(elsewhere, cut, pause))) == set(map(id, [pause, cut, elsewhere]))


DRAFTS = st.builds(
    lambda thing, kind, wanted, priority, confidence, version: draft(
        thing,
        kind if thing is not AD else "pause" if kind in {"pause", "decrease_budget"} else "activate",
        wanted,
        **by(priority, confidence, version),
    ),
    st.sampled_from([CAMPAIGN, SET_A, SET_B, AD]),
    st.sampled_from([*BUDGETED, "pause", "activate"]),
    st.integers(1_000, 20_000),
    st.integers(0, 3),
    st.sampled_from([None, 0.5, 0.9]),
    st.integers(1, 4),
)


def _told(drafts: Sequence[Draft]) -> list[tuple[object, ...]]:
    won, lost = resolve(drafts)
    return sorted((d.key, d.priority, d.rule_version and d.rule_version.pk) for d in won) + sorted(
        (loser.draft.key, loser.by.key, loser.reason) for loser in lost
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(DRAFTS, max_size=8).flatmap(lambda made: st.tuples(st.just(made), st.permutations(made))))
def test_any_order_of_wishes_has_the_same_outcome(orders: tuple[list[Draft], list[Draft]]) -> None:
    made, shuffled = orders
    assert _told(made) == _told(shuffled)
    won, lost = resolve(made)
    assert len(won) + len(lost) == len(made)
    assert len({d.key[:2] for d in won}) == len(won)
    paused = {d.entity.meta_id for d in won if d.kind == "pause"}
    assert not [d for d in won if KINDS[d.kind].grows and paused.intersection(d.entity.parent_ids)]
    for loser in lost:
        assert not (KINDS[loser.draft.kind].loss_prevention and KINDS[loser.by.kind].grows)
