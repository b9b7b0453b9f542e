"""An emergency stop set in one process, while others are busy writing."""

from collections.abc import Iterator

import pytest

from optimization.models import EmergencyStop
from tests.benchmarks.chaos.facts import Field, field
from tests.benchmarks.chaos.stopping import measure

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ground(tmp_path_factory: pytest.TempPathFactory, transactional_db: None) -> Iterator[Field]:
    with field(tmp_path_factory.mktemp("stopped")) as made:
        yield made


def test_no_worker_begins_a_write_after_the_stop_and_the_rest_goes_back_to_people(ground: Field) -> None:
    found = measure(ground)

    assert found["began_before"] > 0, "the workers were not busy: the stop proved nothing"
    assert found["last_write_after_s"] < 5
    assert set(found["statuses"]) == {"executed", "pending_approval"}, found
    assert found["statuses"]["executed"] == found["began_before"] + found["began_after"]
    assert found["worker_exit_codes"] == [0, 0]
    assert found["ledger_problems"] == 0
    assert EmergencyStop.objects.in_force() is not None
