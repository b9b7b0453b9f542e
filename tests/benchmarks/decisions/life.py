"""One arm lived through by the whole product, in a process and a database of its own. Writes its figures as JSON.

python -m tests.benchmarks.decisions.life '{"place": {...}, "arm": "oracle", "hours": 720, "step_hours": 1}'

SQLite does not wait for the disk here (PRAGMA synchronous=OFF): nothing of it outlives the process.
"""

import gc
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.test import override_settings

if TYPE_CHECKING:
    from metaads.models import AdAccount
    from tests.benchmarks.decisions.worlds import Served

PATIENCE = timedelta(seconds=60)
"""Machine time for the reports of the hours between two ticks that lie further apart than the product collects."""
Say = Callable[[str], None]
Figures = dict[str, Any]


class Stopwatch:
    """Processor seconds of this process, the sandbox in it included, by part of a tick."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        begun = time.process_time()
        yield
        self.spent[part] += time.process_time() - begun


def live(spec: dict[str, Any], say: Say = lambda line: None) -> Figures:
    """Lives `spec["hours"]` in ticks of `spec["step_hours"]`; gives figures, counts, and what a tick takes."""
    from tests.benchmarks.decisions.worlds import Place, served

    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    moments = range(spec["step_hours"], spec["hours"] + 1, spec["step_hours"])
    with served(Place(**spec["place"])) as here:
        if spec["arm"] == "nothing":
            return _untouched(here, moments)
        account = _begun(here)
        with override_settings(SWITCHES=dict.fromkeys(settings.SWITCHES, True)):
            return _lived(here, account, spec["arm"], moments, say)


def _untouched(here: "Served", moments: range) -> Figures:
    """Nobody decides, so nobody need look: observing changes nothing at Meta."""
    from tests.benchmarks.decisions.meter import Meter
    from tests.benchmarks.decisions.worlds import hours

    meter = Meter(here.world)
    for _ in moments:
        here.control.advance(hours(moments.step))
        meter.look()
    return meter.figures()


def _begun(here: "Served") -> "AdAccount":
    """The account, connected and looked at once, while nobody decides yet."""
    from config.closed_loop import connected
    from metaads import switch
    from metaads.clock import business_now
    from optimization.pipeline import observe_and_evaluate

    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA synchronous=OFF")
    market = here.account.market
    account = connected(here.control, {"account": 0, "currency": market.currency, "zone": market.zone})
    with override_settings(SWITCHES={**settings.SWITCHES, switch.OPTIMIZER: False}):
        observe_and_evaluate(account, business_now(account))
    return account


def _lived(here: "Served", account: "AdAccount", arm: str, moments: range, say: Say) -> Figures:
    from config.closed_loop import forward
    from metaads.clock import business_now
    from optimization import pipeline
    from optimization.dispatch import run_due
    from tests.benchmarks.decisions.approver import Approver
    from tests.benchmarks.decisions.arms import ARMS, set_up
    from tests.benchmarks.decisions.meter import Meter
    from tests.benchmarks.decisions.worlds import hours

    watch, troubles, blocked = Stopwatch(), Counter[str](), Counter[str]()
    now, approver = business_now(account), Approver(account)
    beside, meter = set_up(ARMS[arm], account, here, now), Meter(here.world)
    for moment in moments:
        with watch.timed("look"):
            pipeline.expire(account, now)
            if moments.step > 1:
                _look(partial(pipeline.fetch_history, account, now, PATIENCE), troubles)
            _look(partial(pipeline.observe_and_evaluate, account, now), troubles)
        with watch.timed("beside"):
            blocked += beside(now)
        with watch.timed("approve"):
            approver.accept_all()
        with watch.timed("execute"):
            run_due(account, partial(business_now, account))
        with watch.timed("world"):
            now = forward(here.control, account, hours(moments.step))
            _time_has_passed(account, hours(moments.step))
        meter.look()
        say(f"hour {moment}")
    return (
        meter.figures()
        | _done(len(moments), watch)
        | {"refused": approver.refused, "troubles": troubles, "blocked": blocked}
    )


def _time_has_passed(account: "AdAccount", step: timedelta) -> None:
    """By the machine's clock too, of which a virtual hour takes none: when what waits is tried again, and Meta's limit
    of budget changes an hour, which counts by the journal."""
    from metaads.models import JournalStep
    from optimization.models import Action, Status

    Action.objects.filter(account=account, status=Status.APPROVED).update(next_try_at=None)
    JournalStep.objects.filter(account=account).update(created_at=F("created_at") - step)


def _look(look: Callable[[], object], troubles: Counter[str]) -> None:
    from optimization.pipeline import CollectionTrouble

    try:
        look()
    except CollectionTrouble as trouble:
        troubles[str(trouble)[-160:]] += 1


def _done(ticks: int, watch: Stopwatch) -> Figures:
    """What the product did, by its own records, and what it took."""
    from optimization.models import Action

    rows = Action.objects.values_list("kind", "status", "executed_at")
    return {
        "executed": Counter(kind for kind, _, at in rows if at),
        "statuses": Counter(status for _, status, _ in rows),
        "tick_cpu_ms": {part: round(1000 * spent / ticks, 1) for part, spent in watch.spent.items()},
    }


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    begun = time.monotonic()
    found = live(json.loads(sys.argv[1]), lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201
    print(json.dumps({**found, "took_s": round(time.monotonic() - begun)}))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
