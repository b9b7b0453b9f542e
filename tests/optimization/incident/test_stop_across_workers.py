"""An emergency stop set in one process, while others are busy writing."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from optimization.incident.stops import lift_stop, set_stop
from optimization.models import Action, EmergencyStop, Status
from tests.benchmarks.chaos.facts import Field, field
from tests.benchmarks.chaos.stopping import approve_changes, measure

MET = 6
"""Stops that found workers writing, and something to hand back."""

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def stopped(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """Of patience: nobody is killed here, and on a crowded machine late answers would keep the workers from writing."""
    folder = tmp_path_factory.mktemp("stopped")
    with field(folder, META_CONNECT_TIMEOUT="5", META_READ_TIMEOUT="10", EXECUTOR_LEASE_SECONDS="40") as made:
        yield made


@pytest.fixture
def ground(stopped: Field, transactional_db: None) -> Iterator[Field]:
    """One sandbox for both tests, each of which mirrors it anew."""
    yield stopped
    stopped.control.call("DELETE", "faults")


def _all_write(begins: Path, workers: int, since: int) -> None:
    """Waits until they have begun so many writes since."""
    deadline = time.monotonic() + 120
    while begins.read_text().count("\n") < since + workers:
        assert time.monotonic() < deadline, "the workers were not busy: the stop would prove nothing"
        time.sleep(0.005)


def test_no_worker_begins_a_write_after_the_stop_and_the_rest_goes_back_to_people(ground: Field) -> None:
    found = measure(ground)

    assert found["began_before"] > 0, "the workers were not busy: the stop proved nothing"
    assert found["last_write_after_s"] == 0
    assert found["last_write_after_press_s"] < 5
    assert set(found["statuses"]) == {"executed", "pending_approval"}, found
    assert found["statuses"]["executed"] == found["began_before"] + found["began_after"]
    assert found["worker_exit_codes"] == [0, 0]
    assert found["ledger_problems"] == 0
    assert EmergencyStop.objects.in_force() is not None


def test_a_stop_is_never_the_victim_of_the_workers_that_it_stops(ground: Field) -> None:
    """Workers hold rows that the stop wants to hand back, and wait for the ledger, which the stop would hold: on
    PostgreSQL a stop in one transaction was chosen as the victim of that deadlock in five of nine tries."""
    ground.connect()
    over, begins = ground.folder / "over", ground.folder / "begins"
    begins.touch()
    pids = [ground.nursery.start("work", until=str(over), seed=seed, begins=str(begins)) for seed in range(4)]
    handed_back: list[int] = []
    # A slow machine may come to its stop when all is done: that one met nobody and does not count.
    while sum(map(bool, handed_back)) < MET:
        assert len(handed_back) < 5 * MET, f"stops met nobody: {handed_back}"
        since = begins.read_text().count("\n")
        approve_changes(24)
        _all_write(begins, len(pids), since)
        stop = set_stop(None, None, timezone.now(), "again")
        handed_back.append(Action.objects.filter(status=Status.PENDING).count())
        lift_stop(stop, None, timezone.now(), "and again")
    over.touch()
    assert {ground.nursery.wait(pid) for pid in pids} == {0}
