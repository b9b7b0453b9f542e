"""Rotate: the rested ad starts before the tired one is paused, and where either is unknown nothing happens."""

from typing import Any

import pytest

from optimization import fatigue
from optimization.entities import Entity
from optimization.kinds import KINDS, Refusal
from optimization.models import Action
from optimization.steps import STEPS, Plan
from tests.factories.optimization import WrittenWorld, entity

ROTATE = KINDS["rotate"]
SET = entity("31")
TIRED = {"frequency_7d": 4.2, "ctr_7d": 0.6, "ctr_30d": 1.0}
FRESH = {"frequency_7d": 1.2, "ctr_7d": 1.0, "ctr_30d": 1.0}
RESTED = {"impressions_7d": 0.0, "ctr_30d": 1.1}


def ad(meta_id: str, status: str = "ACTIVE", **changes: Any) -> Entity:
    changes = {"effective_status": status, "daily_budget": None, "parent_ids": ("31", "21"), **changes}
    return entity(meta_id, level="ad", name=f"Ad {meta_id}", status=status, **changes)


def world(*ads: tuple[Entity, dict[str, float]]) -> WrittenWorld:
    figures = {(one.meta_id, name): value for one, known in ads for name, value in known.items()}
    return WrittenWorld({"31": [one for one, _ in ads]}, figures)


def refusal(known: WrittenWorld, **parameters: Any) -> str:
    made = ROTATE.plan(SET, parameters, known)
    assert isinstance(made, Refusal), made
    return made.reason


def test_the_best_rested_starts_and_then_the_most_tired_is_paused() -> None:
    better = {"impressions_7d": 0.0, "ctr_30d": 1.4}
    made = ROTATE.plan(
        SET,
        {},
        world((ad("41"), FRESH), (ad("42"), TIRED), (ad("43", "PAUSED"), RESTED), (ad("44", "PAUSED"), better)),
    )
    assert isinstance(made, Plan)
    assert [(step.entity_id, step.old, step.new) for step in made.steps] == [
        ("44", "PAUSED", "ACTIVE"),
        ("42", "ACTIVE", "PAUSED"),
    ]
    shape = Action(kind="rotate", entity_name="Set 31", field=STEPS, steps=[step.as_json() for step in made.steps])
    assert ROTATE.headline(shape).change == "Ad 42 → Ad 44"


def test_one_that_rested_longer_than_a_month_counts_by_its_life() -> None:
    old = {"impressions_7d": 0.0, "ctr_lifetime": 2.0}
    made = ROTATE.plan(SET, {}, world((ad("42"), TIRED), (ad("43", "PAUSED"), RESTED), (ad("44", "PAUSED"), old)))
    assert isinstance(made, Plan)
    assert made.steps[0].entity_id == "44"


@pytest.mark.parametrize(
    ("other", "known"),
    [
        (ad("43", "PAUSED"), {"impressions_7d": 12.0, "ctr_30d": 1.1}),
        (ad("43", "PAUSED"), {"ctr_30d": 1.1}),
        (ad("43", "PAUSED", effective_status="DISAPPROVED"), RESTED),
        (ad("43", "ARCHIVED"), RESTED),
        (ad("43"), FRESH),
    ],
)
def test_without_a_rested_and_approved_ad_nothing_is_paused(other: Entity, known: dict[str, float]) -> None:
    assert "none can take over" in refusal(world((ad("42"), TIRED), (other, known)))


def test_unknown_fatigue_is_not_fatigue() -> None:
    assert "not known" in refusal(world((ad("42"), {}), (ad("43", "PAUSED"), RESTED)))


def test_an_ad_less_tired_than_asked_stays() -> None:
    known = world((ad("42"), FRESH), (ad("43", "PAUSED"), RESTED))
    assert "fatigue of 0, below 40" in refusal(known)
    assert isinstance(ROTATE.plan(SET, {"tired": 0}, known), Plan)


@pytest.mark.parametrize(
    ("figures", "score"),
    [
        ((1.5, 1.0, 1.0), 0),
        ((4.5, 0.6, 1.0), 100),
        ((3.0, 1.0, 1.0), 25),
        ((3.0, None, 1.0), 50),
        ((None, 0.8, 1.0), 50),
        ((None, 0.8, 0.0), None),
        ((9.0, 0.0, 1.0), 100),
        ((0.5, 2.0, 1.0), 0),
    ],
)
def test_fatigue_is_half_frequency_half_fall_of_clicks_and_what_is_unknown_drops_out(
    figures: tuple[float | None, float | None, float | None], score: float | None
) -> None:
    assert fatigue.score(*figures) == (None if score is None else pytest.approx(score))
