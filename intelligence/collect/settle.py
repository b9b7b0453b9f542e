"""What a collection leaves on the account: why it failed, how often in a row, and when to try again."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import F

from metaads.models import AdAccount

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


def backoff(failures: int) -> timedelta:
    """1, 2, 4 ... minutes, at most an hour, after so many failures in a row."""
    return min(FIRST_WAIT * (1 << min(max(failures - 1, 0), 10)), LONGEST_WAIT)


def jittered(wait: timedelta) -> timedelta:
    """Up to a fifth more: a thousand accounts that failed together must not come back together."""
    return wait * (1 + random.random() / 5)


def settle(account: AdAccount, problems: Mapping[str, str], wait: timedelta, machine_now: datetime | None) -> None:
    """Records the outcome. `wait` is Meta's own demand; the longer of it and the backoff counts."""
    row = AdAccount.objects.filter(pk=account.pk)
    if not problems:
        row.update(consecutive_failures=0, last_error=account.zone_problem, next_collect_at=None)
        return
    row.update(
        consecutive_failures=F("consecutive_failures") + 1, last_error=" ".join(dict.fromkeys(problems.values()))
    )
    if machine_now is not None:
        failures = row.values_list("consecutive_failures", flat=True).get()
        row.update(next_collect_at=machine_now + jittered(max(wait, backoff(failures))))
