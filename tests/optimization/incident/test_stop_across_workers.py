"""An emergency stop set in one process, while others are busy writing."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from optimization.incident.stops import lift_stop, set_stop
from optimization.models import EmergencyStop
from tests.benchmarks.chaos.facts import Field, field
from tests.benchmarks.chaos.stopping import approve_changes, measure

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


def test_a_stop_is_never_the_victim_of_the_workers_that_it_stops(ground: Field) -> None:
    """Workers hold rows that the stop wants to hand back, and wait for the ledger, which the stop would hold: on
    PostgreSQL a stop in one transaction was chosen as the victim of that deadlock in five of nine tries."""
    ground.connect()
    over = ground.folder / "over"
    pids = [ground.nursery.start("work", until=str(over), seed=seed) for seed in range(4)]
    for _ in range(6):
        approve_changes(60)
        lift_stop(set_stop(None, None, timezone.now(), "again"), None, timezone.now(), "and again")
    over.touch()
    assert {ground.nursery.wait(pid) for pid in pids} == {0}
