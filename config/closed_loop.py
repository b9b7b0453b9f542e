"""One arm of a simulation: a sandbox world lived through by the whole product, with these rules or with none.

It runs in a process of its own, on a database of its own (`VAR_DIR`), and never touches another: see
`optimization.simulate`. At each step the world moves on, everything is collected and evaluated, every proposal is
approved and carried out.
"""

import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from config.env import BASE_DIR
from config.sandbox_control import SandboxControl
from config.supervisor.parentage import die_with_parent
from intelligence.metrics import windows
from metaads.clock import business_now, machine_now
from metaads.models import Ad, AdAccount, Connection, Level
from metaads.sync.connect import AccountFacts, store_connection
from optimization import pipeline
from optimization.dispatch import run_due
from optimization.models import OPEN_STATUSES, Action, OptimizerSettings, Rule
from optimization.outcomes import Really
from optimization.queue import services
from optimization.queue.errors import QueueError
from optimization.rules.services import save_rule, set_active

Say = Callable[[float, str], None]
PAST_DAYS = 16
METRICS = ("spend", "conversions", "conversion_value", "impressions", "clicks")


def live_through(spec: Mapping[str, Any], say: Say) -> dict[str, Any]:
    """Lives the arm that `spec` describes (`optimization.simulate.spec`); gives its figures."""
    with sandbox(spec["world"], int(spec["seed"])) as control:
        account = connected(control, spec["world"])
        start = business_now(account)
        # What a rule brings is compared with nobody acting; the optimiser would act in both arms.
        OptimizerSettings.objects.create(account=None, enabled=False)
        rules = [_rule(account, one, start) for one in spec["rules"]]
        steps = round(spec["days"] * 24 / spec["step_hours"])
        for number in range(steps):
            say(number / steps, f"day {number * spec['step_hours'] / 24:.0f} of {spec['days']}")
            now = forward(control, account, timedelta(hours=spec["step_hours"])) if number else start
            _look(account, now)
        pipeline.observe_and_evaluate(account, forward(control, account, timedelta(hours=spec["step_hours"])))
        return _figures(account, start, business_now(account), rules)


@contextmanager
def sandbox(world: Mapping[str, Any], seed: int) -> Iterator[SandboxControl]:
    """`run_sandbox` on a free port, in memory, ended with us."""
    counts = [f"--{name.replace('_', '-')}={world[name]}" for name in ("accounts", "campaigns", "ad_sets", "ads")]
    command = [sys.executable, str(BASE_DIR / "manage.py"), "run_sandbox", "--port=0", "--in-memory", "--lazy"]
    command += [*counts, f"--history-days={PAST_DAYS + 1}", f"--seed={seed}", "--size=small"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)  # noqa: S603
    try:
        assert process.stdout is not None  # noqa: S101  (it was asked for; tells mypy)
        found = re.search(r"http://\S+", process.stdout.readline())
        if found is None:
            raise RuntimeError("The sandbox of the simulation did not start.")
        threading.Thread(target=process.stdout.read, daemon=True).start()
        control = SandboxControl(found[0])
        control.wait(30)
        yield control
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def connected(control: SandboxControl, world: Mapping[str, Any]) -> AdAccount:
    """The world's account that resembles the real one, ready to be looked at."""
    facts = control.info()
    theirs = facts["accounts"][int(world["account"])]
    known = AccountFacts(currency=world["currency"], timezone_name=world["zone"])
    secrets = (facts["access_token"], facts["app_id"], facts["app_secret"])
    long_ago = control.now() - timedelta(days=60)
    _, accounts = store_connection(
        "Simulation", control.url, *secrets, [theirs["id"]], long_ago, sandbox=True, facts=known
    )
    return _at(accounts[0].pk, control.now())


def _at(account_id: int, virtual: datetime) -> AdAccount:
    """The account with its clock set to the world's."""
    account = AdAccount.objects.select_related("connection").get(pk=account_id)
    offset = virtual - machine_now()
    Connection.objects.filter(pk=account.connection_id).update(clock_offset=offset)
    account.connection.clock_offset = offset
    return account


def forward(control: SandboxControl, account: AdAccount, step: timedelta) -> datetime:
    """The sandbox's world moves on by `step`, and our clock with it; gives the new virtual time."""
    virtual = control.advance(step)
    account.connection.clock_offset = _at(account.pk, virtual).connection.clock_offset
    return virtual


def _rule(account: AdAccount, one: Mapping[str, Any], now: datetime) -> Rule:
    rule = Rule(name=one["name"], level=one["level"], category=one["category"], priority=one["priority"])
    save_rule(rule, one["document"], None, now)
    rule.accounts.add(account)
    set_active(rule, True, None, now, without_dry_run="a simulation")
    return rule


def _look(account: AdAccount, now: datetime) -> None:
    """Everything is approved: what the rules would do if they were let."""
    pipeline.expire(account, now)
    pipeline.observe_and_evaluate(account, now)
    for action in Action.objects.filter(account=account, status__in=OPEN_STATUSES, stale_reason="").order_by("pk"):
        try:
            services.approve(action.pk, None, now)
        except QueueError:
            continue  # changed meanwhile: the next look proposes it anew
    run_due(account, partial(business_now, account))


def _figures(account: AdAccount, start: datetime, end: datetime, rules: list[Rule]) -> dict[str, Any]:
    """Sums of the ads over the days lived, as known at the end. None = unknown."""
    first, last = (windows.local_day(moment, account.zone) for moment in (start, end))
    ids = list(Ad.objects.filter(account=account).order_by("meta_id").values_list("meta_id", flat=True))
    really = Really(account, first, last, end, METRICS)
    really.read(Level.AD, ids)
    sums = {metric: [_known(really.of(Level.AD, one, metric).tolist()) for one in ids] for metric in METRICS}
    total = {metric: round(sum(values), 4) for metric, values in sums.items()}
    pairs = zip(sums["spend"], sums["conversion_value"], strict=True)
    done = Action.objects.filter(account=account, executed_at__isnull=False)
    return {
        **total,
        "wasted": round(sum(spend for spend, value in pairs if value < spend), 4),
        "roas": _share(total["conversion_value"], total["spend"]),
        "cpa": _share(total["spend"], total["conversions"]),
        "ctr": _share(total["clicks"] * 100, total["impressions"]),
        "cpc": _share(total["spend"], total["clicks"]),
        "proposed": Action.objects.filter(account=account).count(),
        "executed": dict(Counter(done.values_list("kind", flat=True))),
        "by_rule": {rule.name: done.filter(rule_version__rule=rule).count() for rule in rules},
        "since": first.isoformat(),
        "until": last.isoformat(),
    }


def _known(values: list[float]) -> float:
    return sum(value for value in values if value == value)


def _share(top: float, bottom: float) -> float | None:
    return round(top / bottom, 4) if bottom > 0 else None
