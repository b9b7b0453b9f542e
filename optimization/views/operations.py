"""/operations/: whether the machine room is in order: data, calls, back-fill, connections, others' changes, queues."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_q.brokers import get_broker
from django_q.models import Failure, Schedule

from intelligence.collect.job import Progress, progress
from intelligence.models import Backfill
from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.backfills import cancel_backfill, resume_backfill
from optimization.views import operations_actions as done
from optimization.views import operations_tables as tables
from optimization.views import others, table, words
from optimization.views.export import asked_for
from optimization.views.live import version_of
from optimization.views.problems import troubles
from optimization.views.queue import nows_of
from optimization.views.scope import Scope, scope_of
from optimization.views.table import Cell, Head, Table

TABS: dict[str, str] = {
    "data": "Data",
    "actions": "Actions",
    "meta": "Meta",
    "others": "Others' changes",
    "queues": "Queues",
}


@dataclass(frozen=True)
class Filling:
    """The reading of one account's past. `may`: the user may stop it or let it go on."""

    account: AdAccount
    progress: Progress
    may: bool

    @property
    def running(self) -> bool:
        return self.progress.state == Backfill.State.RUNNING

    @property
    def cancelled(self) -> bool:
        return self.progress.state == Backfill.State.CANCELLED


def fillings(scope: Scope) -> list[Filling]:
    """Those that are not done, then the others; three queries for each that is shown."""
    jobs = Backfill.objects.filter(account__in=scope.shown).exclude(state=Backfill.State.DONE)
    open_ones = set(jobs.values_list("account_id", flat=True))
    return [
        Filling(account, found, scope.may_decide(account.pk))
        for account in scope.shown
        if account.pk in open_ones and (found := progress(account))
    ]


def backfill_table(scope: Scope) -> Table:
    """Every account's back-fill, the finished ones too."""
    by_id = {account.pk: account for account in scope.shown}
    heads = (
        Head("Account"),
        Head("State"),
        Head("From"),
        Head("Until"),
        Head("Started"),
        Head("Ended"),
        Head("Problem"),
    )
    tones = {Backfill.State.RUNNING: "live", Backfill.State.DONE: "good", Backfill.State.CANCELLED: "watch"}
    rows = [
        (
            table.text(by_id[row.account_id].name),
            table.text(row.get_state_display(), dot=tones[Backfill.State(row.state)]),
            Cell(f"{row.first_day.day} {row.first_day:%b %Y}", row.first_day.isoformat()),
            Cell(f"{row.last_day.day} {row.last_day:%b %Y}", row.last_day.isoformat()),
            table.moment(row.started_at, by_id[row.account_id]),
            table.moment(row.finished_at, by_id[row.account_id], never="–"),
            table.text(row.problem),
        )
        for row in Backfill.objects.filter(account__in=scope.shown).order_by("account__name")
    ]
    empty = "The past of an account is read after it is connected, newest days first."
    return Table("backfill", "The past of each account", heads, rows, empty=empty)


def queues() -> Table:
    """Both clusters' queues, for the installation's administrator. Machine time."""
    day = timezone.now() - timedelta(days=1)
    failed = dict.fromkeys((settings.Q_ACT, settings.Q_WORK), 0)
    for cluster in Failure.objects.filter(stopped__gte=day).values_list("cluster", flat=True):
        failed[cluster or settings.Q_WORK] = failed.get(cluster or settings.Q_WORK, 0) + 1
    heads = (
        Head("Queue"),
        Head("State"),
        Head("Last pulse"),
        Head("Waiting", num=True),
        Head("Failed in 24 h", num=True),
    )
    rows = []
    for name, count in failed.items():
        beat = _last_pulse(name)
        late = beat is None or timezone.now() - beat > timedelta(seconds=settings.PULSE_STALE_AFTER)
        state = table.text("no pulse", dot="watch") if late else table.text("works", dot="good")
        waiting = table.count(get_broker(name).queue_size())
        rows.append((table.text(name), state, table.moment(beat, None), waiting, table.count(count)))
    return Table("queues", "Task queues", heads, rows)


def _last_pulse(name: str) -> datetime | None:
    """When a supervisor's pulse last came through this queue on this machine; None where nobody supervises it."""
    mark = Path(settings.VAR_DIR) / "pulse" / name / "beat"
    return datetime.fromtimestamp(mark.stat().st_mtime, tz=UTC) if mark.exists() else None


def schedules() -> Table:
    """What the clock does next."""
    now = timezone.now()
    heads = (Head("Task"), Head("Next run"), Head("In"))
    rows = [
        (
            table.text(row.name or row.func),
            table.moment(row.next_run, None),
            table.text("overdue" if row.next_run and row.next_run < now else f"in {words.span(row.next_run - now)}"),
        )
        for row in Schedule.objects.order_by("next_run")
    ]
    return Table("schedules", "Schedule", heads, rows, empty="Nothing is scheduled: run manage.py setup_schedules.")


def _tables(scope: Scope, nows: dict[int, datetime], tab: str) -> list[Callable[[], Table]]:
    """What makes each table of a tab, the most important first."""
    shown = scope.shown
    admin = bool(scope.user.is_superuser)
    made: dict[str, list[Callable[[], Table]]] = {
        "data": [
            lambda: tables.freshness(shown, nows),
            lambda: tables.quality(shown, nows),
            lambda: backfill_table(scope),
            lambda: tables.gaps(shown),
            lambda: tables.beside(shown),
        ],
        "actions": [
            lambda: done.by_type(shown, nows),
            lambda: done.by_status(shown, nows),
            lambda: done.by_day(shown, nows),
            lambda: done.busiest(shown, nows),
            lambda: done.rails(shown, nows),
        ],
        "meta": [
            lambda: tables.usage(shown),
            lambda: tables.connections(shown, nows, admin),
            lambda: tables.pixels(shown, nows),
        ],
        "others": [
            lambda: others.native_rules(shown),
            lambda: others.outside_changes(shown),
            lambda: others.moved_by_meta(shown),
        ],
        "queues": [queues, schedules] if admin else [],
    }
    return made[tab]


@login_required
@require_GET
def operations(request: HttpRequest) -> HttpResponse:
    """The installation's administrator sees everything, others what concerns their accounts."""
    scope = scope_of(request)
    nows = nows_of(scope)
    offered = {key: label for key, label in TABS.items() if key != "queues" or request.user.is_superuser}
    tab = request.GET.get("tab", "data")
    tab = tab if tab in offered else "data"
    made = [make() for make in _tables(scope, nows, tab)]
    file = asked_for(request, {one.key: one for one in made}, scope.account.name if scope.account else "")
    if file is not None:
        return file
    context: dict[str, Any] = {
        "page": "operations",
        "tab": tab,
        "tabs": [{"label": label, "on": key == tab, "href": f"?tab={key}"} for key, label in offered.items()],
        "tables": [table.ordered(one, request.GET) for one in made],
        "troubles": troubles(scope.shown, nows) if tab == "data" else [],
        "fillings": fillings(scope) if tab == "data" else [],
        "may_take_over": tab == "others" and scope.decides_somewhere,
        "version": version_of(scope),
    }
    return render(request, "optimization/operations.html", context)


@login_required
@require_POST
def backfill(request: HttpRequest, account_id: int) -> HttpResponse:
    """Stops the reading of an account's past, or lets it go on: for its managers."""
    assert isinstance(request.user, User)  # noqa: S101  (login_required; tells mypy)
    scope = scope_of(request)
    account = next((one for one in scope.accounts if one.pk == account_id), None)
    if account is None:
        raise Http404("No such account.")
    if not scope.may_decide(account.pk):
        raise PermissionDenied("Stopping the back-fill is for the account's managers.")
    door, said = (resume_backfill, "goes on") if request.POST.get("do") == "resume" else (cancel_backfill, "is stopped")
    if door(account, request.user, business_now(account)):
        messages.success(request, f"Reading the past of {account.name} {said}. What was read stays.")
    else:
        messages.warning(request, f"Nothing to change: the past of {account.name} is in another state by now.")
    return redirect("operations")
