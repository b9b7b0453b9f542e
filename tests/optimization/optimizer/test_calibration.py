"""The confidence means what it says: a small form of the measure `calibration` (all worlds: docs/optimiser.md)."""

from tests.benchmarks.calibration import gone_by, joined, reliability, stated
from tests.benchmarks.worlds import Spec, lived

FEW_ORDERS = Spec("many ad sets of few orders", 1, 60, 500, 1000, money=1 / 10, past=10)
SEED = 1001


def test_what_is_said_with_a_probability_holds_that_often() -> None:
    """Against the hidden truth of a world that nothing was tuned on."""
    seen = list(lived(FEW_ORDERS, SEED))
    assert sum(len(one.rows) for one in seen) > 400
    found = reliability(joined([stated(one) for one in seen]))
    assert found["error"] < 0.05
    assert {round(one["said"], 1) for one in found["tenths"]} >= {0.0, 0.4, 0.6, 0.8, 1.0} - {1.0}
    sure = joined([gone_by(one) for one in seen])
    strong = sure[0] >= 0.75
    assert strong.sum() > 100
    assert abs(sure[0][strong].mean() - sure[1][strong].mean()) < 0.07


def test_the_measure_sees_a_liar() -> None:
    """Statements that are surer than they may be show an error."""
    seen = list(lived(FEW_ORDERS, SEED))
    said, held = joined([stated(one) for one in seen])
    odds = (said / (1 - said).clip(1e-9)) ** 2
    assert reliability((odds / (1 + odds), held))["error"] > 0.05
