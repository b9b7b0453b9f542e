"""A small chaos run in the suite; the large ones are `python -m tests.benchmarks.faults` (docs/reliability.md)."""

import pytest

from tests.benchmarks.chaos.crews import Pace
from tests.benchmarks.chaos.director import shot_at
from tests.benchmarks.chaos.facts import field
from tests.benchmarks.chaos.processes import CHAOS_SETTLE

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def test_under_kills_freezes_and_bad_answers_nothing_is_doubled_lost_untrue_or_outside_the_rails(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("chaos")
    with field(folder, EXECUTOR_SETTLE_SECONDS=str(CHAOS_SETTLE)) as ground:
        found = shot_at(ground, 26, Pace(workers=3, seed=1, seconds=60, every=0.7, restart=4.0))

    assert found["found"] == {}
    assert found["struck"].get("killed", 0) > 0
    assert found["statuses"]["executed"] >= 15, found["statuses"]
