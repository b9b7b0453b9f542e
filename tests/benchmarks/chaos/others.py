"""Who else is about while a chaos run goes on: people at Meta, doubled messages, whoever restarts the database."""

import os
import random
import subprocess
from dataclasses import dataclass, field

import psycopg
import requests
from django.db import connection

from optimization.models import Action, Status
from optimization.queue.enqueue import wake_executor
from tests.benchmarks.chaos.facts import Field, database_url
from tests.benchmarks.chaos.plan import Drawn

DATA, BIN = "CHAOS_PG_DATA", "CHAOS_PG_BIN"


@dataclass
class Others:
    """Somebody edits what is drawn as `edited`, once each, at random moments. `edits`: what they set."""

    ground: Field
    chance: random.Random
    left: list[Action]
    edits: dict[str, int] = field(default_factory=dict)

    def edit(self) -> bool:
        """Perhaps sets one budget straight at Meta. True if something was tried."""
        if not self.left or self.chance.random() > 0.3:
            return False
        action = self.left.pop()
        value = int(action.value_before) + 7
        info = self.ground.control.info()
        self.edits[action.entity_id] = value
        for _ in range(8):  # Faults hit other people too.
            try:
                answer = requests.post(
                    f"{self.ground.url}/v26.0/{action.entity_id}",
                    data={"daily_budget": value, "access_token": info["access_token"]},
                    timeout=2,
                )
                if answer.status_code == 200:
                    break
            except requests.RequestException:
                continue
        return True


def others(ground: Field, drawn: list[Drawn], seed: int) -> Others:
    return Others(ground, random.Random(seed), [one.action for one in drawn if one.sort == "edited"])


def wake_again(drawn: list[Drawn], chance: random.Random) -> None:
    """Messages that come once more, as a queue's do."""
    for one in chance.sample(drawn, k=len(drawn) // 5):
        if one.action.status == Status.APPROVED:
            wake_executor(one.action.pk)


def disturb_database() -> str:
    """Restarts the run's own PostgreSQL as a crash would, or ends all its connections where it is not its own."""
    if os.environ.get(DATA):
        command = [f"{os.environ[BIN]}/pg_ctl", "-D", os.environ[DATA], "-m", "immediate", "-w", "restart"]
        command += ["-l", f"{os.environ[DATA]}/log"]
        subprocess.run(_as_postgres(command), check=True, stdout=subprocess.DEVNULL, timeout=60)
        connection.close()
        return "database restarted"
    if connection.vendor != "postgresql":
        return "no database to restart"
    connection.close()
    with psycopg.connect(database_url(), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    return "database connections ended"


def _as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL does not run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command
