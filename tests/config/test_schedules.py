"""`setup_schedules` makes the queue's schedules be the pipeline's list, however often it runs."""

from importlib.util import find_spec
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils.module_loading import import_string
from django_q.models import Schedule

from config.schedule import STEPS


def set_up() -> str:
    out = StringIO()
    call_command("setup_schedules", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_there_is_one_schedule_per_step() -> None:
    text = set_up()
    rows = Schedule.objects.values_list("name", "func", "cluster", "minutes")
    assert set(rows) == {(step.name, step.task, step.cluster, step.every) for step in STEPS}
    assert all(step.what in text for step in STEPS)


@pytest.mark.django_db
def test_a_second_run_changes_nothing() -> None:
    set_up()
    before = list(Schedule.objects.values_list("pk", "name", "next_run"))
    set_up()
    assert list(Schedule.objects.values_list("pk", "name", "next_run")) == before


@pytest.mark.django_db
def test_doubled_and_foreign_rows_are_removed_and_altered_ones_corrected() -> None:
    set_up()
    Schedule.objects.filter(name="sweep").update(func="os.abort", args="((", cluster="work")
    Schedule.objects.create(name="sweep", func="os.abort")
    Schedule.objects.create(name="mine", func="os.abort")
    set_up()
    assert Schedule.objects.count() == len(STEPS)
    sweep = Schedule.objects.get(name="sweep")
    assert (sweep.func, sweep.args, sweep.cluster) == ("optimization.tasks.sweep", None, "act")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_step_calls_a_function_that_exists(step: object) -> None:
    task = getattr(step, "task", "")
    assert find_spec(task.rpartition(".")[0])
    assert callable(import_string(task))
