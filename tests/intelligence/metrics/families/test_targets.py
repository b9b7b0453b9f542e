"""Targets as fields."""

from tests.intelligence.metrics.frames import NAN, frame, values


def test_a_target_is_what_the_frame_holds_and_unknown_until_set() -> None:
    assert values(frame(target_cpa=[25, NAN]), "target_cpa") == [25, None]
    assert values(frame(spend_7d=[1]), "target_roas") == [None]
