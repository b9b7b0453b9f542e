"""What the processes of a run share: sandbox, database and nursery, and makers and readers of actions in it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from config.sandbox_control import SandboxControl
from metaads.models import AdAccount, AdSet, JournalStep
from metaads.sync.connect import AccountFacts, store_connection
from metaads.sync.structure import sync_structure
from optimization.ledger import verify
from optimization.models import Action, LimitCounter, Source, Status
from optimization.queue import services
from tests.benchmarks.chaos.processes import Nursery, environment, sandbox


def database_url() -> str:
    """URL of the very database that this process uses (in tests: the test database)."""
    conf = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(conf['NAME']).absolute()}"
    word = f":{conf['PASSWORD']}" if conf["PASSWORD"] else ""
    return f"postgres://{conf['USER']}{word}@{conf['HOST'] or '127.0.0.1'}:{conf['PORT'] or 5432}/{conf['NAME']}"


@dataclass(frozen=True)
class Field:
    """One running sandbox and one nursery on this process's database."""

    folder: Path
    url: str
    control: SandboxControl
    nursery: Nursery

    def connect(self) -> list[AdAccount]:
        """All accounts of the sandbox, mirrored; connected long enough ago for every rail."""
        info = self.control.info()
        now = timezone.now()
        _, accounts = store_connection(
            "Faults",
            self.url,
            info["access_token"],
            info["app_id"],
            info["app_secret"],
            [account["account_id"] for account in info["accounts"]],
            now - timedelta(days=60),
            sandbox=True,
            facts=AccountFacts(),
        )
        for account in accounts:
            sync_structure(account, now)
            account.refresh_from_db()
        return list(accounts)

    def writes(self, entity_id: str, after: int = 0) -> list[dict[str, Any]]:
        """Writes to one object that Meta accepted and that took effect, from number `after` on."""
        found = self.control.call("GET", "writes", {"after": after})["writes"]
        return [write for write in found if write["object_id"] == entity_id and write["effect"]]

    def fault(self, kind: str, **settings: Any) -> None:
        self.control.call("POST", "faults", {"kind": kind, **settings})

    def last_write(self) -> int:
        """Number of the newest write."""
        return int(self.control.info()["writes"])


@contextmanager
def field(folder: Path, size: str = "small", seed: int = 7, **more: str) -> Iterator[Field]:
    """A field on this process's database; everything it started is ended with it."""
    env = environment(folder, database_url(), **more)
    with sandbox(folder / "sandbox", env, size, seed) as url:
        nursery = Nursery(env, folder / "workers.log")
        try:
            yield Field(folder, url, SandboxControl(url), nursery)
        finally:
            nursery.close()


def ad_sets_with_budget(account: AdAccount) -> list[AdSet]:
    rows = AdSet.objects.filter(account=account, daily_budget__gt=0, status="ACTIVE", deleted_at__isnull=True)
    return list(rows.select_related("account__connection", "campaign").order_by("pk"))


def propose(
    account: AdAccount, level: str, entity: Any, name: str, before: int | str, wanted: int | str, **columns: Any
) -> Action:
    """A pending proposal of a person for one field of an object, stored as `propose` would store it."""
    now = timezone.now()
    kind = {"PAUSED": "pause", "ACTIVE": "activate"}.get(str(wanted), "set_budget")
    defaults: dict[str, Any] = {
        "account": account,
        "level": level,
        "entity_id": entity.meta_id,
        "entity_name": entity.name,
        "kind": kind,
        "source": Source.PERSON,
        "field": name,
        "value_before": before,
        "value_wanted": wanted,
        "value_final": wanted,
        "currency": account.currency,
        "reason": "A fault run wants it.",
        "status": Status.PENDING,
        "proposed_at": now,
        "refreshed_at": now,
        "expires_at": now + timedelta(hours=48),
    }
    return Action.objects.create(**{**defaults, **columns})


def approved_budget(ad_set: AdSet, step: int = 100) -> Action:
    """An approved action that moves the daily budget of an ad set by `step` minor units."""
    ad_set.refresh_from_db()
    before = ad_set.daily_budget
    assert before is not None
    action = propose(ad_set.account, "adset", ad_set, "daily_budget", before, before + step)
    return services.approve(action.pk, None, timezone.now())


def let_the_lease_run_out(action: Action) -> None:
    """As if the time had passed."""
    mine = JournalStep.objects.filter(key=f"{action.public_id}:1", state=JournalStep.State.CLAIMED)
    mine.update(lease_until=timezone.now() - timedelta(seconds=1))


def wait_for_the_lease(action: Action, seconds: float = 15) -> None:
    """Really waits until the lease of a vanished worker is over."""
    deadline = time.monotonic() + seconds
    mine = JournalStep.objects.filter(key__startswith=f"{action.public_id}:")
    while mine.filter(lease_until__gt=timezone.now()).exists():
        assert time.monotonic() < deadline, "a lease that never ends"
        time.sleep(0.05)


def true_and_once(field: Field, action: Action, since: int = 0) -> list[str]:
    """What is wrong with a settled budget change; empty = one write, true state, right counters, sound ledger."""
    action.refresh_from_db()
    writes = field.writes(action.entity_id, since)
    step = JournalStep.objects.get(key=f"{action.public_id}:1")
    counters = dict(LimitCounter.objects.filter(name__endswith=f":{action.entity_id}").values_list("name", "used"))
    growth = max(0, int(action.value_final) - int(action.value_before))
    expected = {f"changes:adset:{action.entity_id}": 1} | (
        {f"raised:adset:{action.entity_id}": growth} if growth else {}
    )
    wrong = [] if action.status == Status.EXECUTED else [f"status {action.status}: {action.outcome_note}"]
    wrong += [] if [w["after"] for w in writes] == [{action.field: action.value_final}] else [f"writes {writes}"]
    wrong += [] if step.state == JournalStep.State.DONE else [f"journal {step.state}"]
    wrong += [] if counters == expected else [f"counters {counters}, not {expected}"]
    return wrong + [str(problem) for problem in verify()]
