"""Jobs: one at a time, ended when asked, never running for ever, seen by members alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from metaads.clock import business_now
from metaads.models import AdAccount
from optimization import jobs
from optimization.jobs import JobFailed, JobKind, JobRefused, Tell
from optimization.jobs.base import JobParameters
from optimization.jobs.services import MOST_WAITING, Pulse
from optimization.models import Job
from optimization.retention import roll_up_account
from tests.factories.metaads import AdAccountFactory, MembershipFactory, UserFactory

Work = Callable[[Tell], dict[str, Any]]


class Count(JobKind):
    """Does what the test says."""

    key = "count"
    label = "Count"

    class Parameters(JobParameters):
        to: int = 3

    work: Work = staticmethod(lambda tell: {"counted": 3})

    def check(self, account: AdAccount, parameters: Any, now: object) -> None:
        if parameters.to > 100:
            raise JobRefused("to: at most 100.", "to")

    def run(self, account: AdAccount, parameters: Any, now: object, tell: Tell) -> dict[str, Any]:
        return self.work(tell)


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Count:
    made = Count()
    monkeypatch.setitem(jobs.KINDS, "count", made)
    monkeypatch.setattr(Pulse, "EVERY", timedelta(0))
    return made


@pytest.fixture
def account(db: None) -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


@pytest.fixture
def user(account: AdAccount) -> User:
    made: User = UserFactory.create(username="mia")
    MembershipFactory.create(user=made, account=account, role="viewer")
    return made


def ask(account: AdAccount, user: User | None = None, **parameters: Any) -> Job:
    return jobs.start("count", account, parameters, user, business_now(account))


def test_a_job_is_done_and_keeps_its_result(kind: Count, account: AdAccount, user: User) -> None:
    job = ask(account, user)
    assert (job.state, job.created_by) == (Job.State.QUEUED, user)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.progress, job.result) == (Job.State.DONE, 1.0, {"counted": 3})
    assert job.started_at is not None
    assert job.finished_at is not None


def test_a_doubled_message_does_it_once(kind: Count, account: AdAccount) -> None:
    done: list[int] = []

    def work(tell: Tell) -> dict[str, Any]:
        done.append(1)
        return {}

    kind.work = work
    job = ask(account)
    jobs.run(job.pk)
    assert "nothing to do" in jobs.run(job.pk)
    assert done == [1]


def test_asked_twice_the_open_one_is_given(kind: Count, account: AdAccount) -> None:
    assert ask(account).pk == ask(account).pk
    assert ask(account, to=4).pk != ask(account).pk


def test_an_account_has_only_so_many_open_jobs(kind: Count, account: AdAccount) -> None:
    for number in range(MOST_WAITING):
        ask(account, to=number)
    with pytest.raises(JobRefused, match="Cancel one or wait"):
        ask(account, to=50)


def test_a_wrong_parameter_is_refused_by_its_name(kind: Count, account: AdAccount) -> None:
    for wrong, named in (({"to": "x"}, "to"), ({"too": 1}, "too"), ({"to": 200}, "to")):
        with pytest.raises(JobRefused) as refused:
            ask(account, **wrong)
        assert refused.value.field == named
    assert not Job.objects.exists()


def test_an_unknown_kind_is_refused(account: AdAccount) -> None:
    with pytest.raises(JobRefused, match="There is no job"):
        jobs.start("nonsense", account, {}, None, business_now(account))


def test_who_is_no_member_can_neither_start_nor_cancel_nor_see(kind: Count, account: AdAccount, user: User) -> None:
    stranger = UserFactory.create()
    with pytest.raises(JobRefused):
        ask(account, stranger)
    job = ask(account, user)
    with pytest.raises(JobRefused):
        jobs.cancel(job, stranger, business_now(account))
    assert not jobs.visible_jobs(stranger).exists()
    assert list(jobs.visible_jobs(user, "count")) == [job]


def test_a_waiting_job_is_cancelled_at_once(kind: Count, account: AdAccount, user: User) -> None:
    job = jobs.cancel(ask(account, user), user, business_now(account))
    assert (job.state, job.note) == (Job.State.CANCELLED, "Cancelled by mia.")
    assert "nothing to do" in jobs.run(job.pk)


def test_a_running_job_ends_at_its_next_step(kind: Count, account: AdAccount, user: User) -> None:
    job = ask(account, user)
    steps: list[int] = []

    def work(tell: Tell) -> dict[str, Any]:
        for step in range(10):
            tell(step / 10, f"step {step}")
            steps.append(step)
            if step == 3:
                jobs.cancel(job, user, business_now(account))
        return {}

    kind.work = work
    jobs.run(job.pk)
    job.refresh_from_db()
    assert steps == [0, 1, 2, 3]
    assert (job.state, job.result) == (Job.State.CANCELLED, {})


def test_progress_is_told_while_it_runs(kind: Count, account: AdAccount) -> None:
    job = ask(account)
    seen: list[tuple[float, str]] = []

    def work(tell: Tell) -> dict[str, Any]:
        tell(0.5, "half")
        job.refresh_from_db()
        seen.append((job.progress, job.note))
        return {}

    kind.work = work
    jobs.run(job.pk)
    assert seen == [(0.5, "half")]


@pytest.mark.parametrize(
    ("error", "says"), [(JobFailed("No data then."), "No data then."), (ZeroDivisionError("x"), "ZeroDivisionError")]
)
def test_a_job_that_breaks_says_why(kind: Count, account: AdAccount, error: Exception, says: str) -> None:
    def work(tell: Tell) -> dict[str, Any]:
        raise error

    kind.work = work
    job = ask(account)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert says in job.note


def test_a_result_that_is_too_large_is_not_kept(
    kind: Count, account: AdAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.services, "MOST_RESULT", 100)
    kind.work = lambda tell: {"text": "x" * 200}
    job = ask(account)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.FAILED, {})


def dies(job: Job) -> None:
    """A worker took it up ten minutes ago and was killed."""
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, attempts=job.attempts + 1, heartbeat_at=timezone.now() - timedelta(minutes=10)
    )
    job.refresh_from_db()


def test_a_job_whose_worker_was_killed_is_done_by_another(kind: Count, account: AdAccount) -> None:
    job = ask(account)
    dies(job)
    assert jobs.look().startswith("1 taken up again")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE


def test_a_job_that_lost_two_workers_is_given_up(kind: Count, account: AdAccount) -> None:
    job = ask(account)
    for _ in range(2):
        dies(job)
        jobs.look()
        job.refresh_from_db()
    assert (job.state, job.finished_at is not None) == (Job.State.FAILED, True)
    assert "lost twice" in job.note


def test_a_job_that_shows_life_is_left_alone(kind: Count, account: AdAccount) -> None:
    job = ask(account)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, attempts=1, heartbeat_at=timezone.now())
    assert jobs.look().startswith("0 taken up again, 0 given up")


def test_a_worker_that_was_taken_for_dead_changes_nothing_more(kind: Count, account: AdAccount) -> None:
    job = ask(account)

    def work(tell: Tell) -> dict[str, Any]:
        Job.objects.filter(pk=job.pk).update(attempts=2)  # another worker has it
        tell(0.9, "late")
        return {"late": True}

    kind.work = work
    assert jobs.run(job.pk) == "another worker has it"
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.RUNNING, {})


def test_a_second_job_waits_for_the_first(kind: Count, account: AdAccount) -> None:
    first, second = ask(account), ask(account, to=5)
    seen: list[str] = []

    def work(tell: Tell) -> dict[str, Any]:
        seen.append(jobs.run(second.pk))
        return {}

    kind.work = work
    jobs.run(first.pk)
    assert seen[0].startswith("nothing to do")
    kind.work = lambda tell: {}
    jobs.run(second.pk)
    second.refresh_from_db()
    assert second.state == Job.State.DONE


def test_old_results_are_removed_and_what_waits_is_kept(kind: Count, account: AdAccount) -> None:
    now = business_now(account)
    old, waiting, new = ask(account), ask(account, to=5), ask(account, to=6)
    jobs.run(old.pk)
    jobs.run(new.pk)
    Job.objects.filter(pk__in=[old.pk, waiting.pk]).update(created_at=now - timedelta(days=91))
    roll_up_account(account, now, timezone.now())
    assert set(Job.objects.all()) == {waiting, new}
