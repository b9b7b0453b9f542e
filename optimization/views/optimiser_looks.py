"""When the optimiser last looked at each account, and what became of it, in a line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from metaads.models import AdAccount
from optimization.guards import GUARDS
from optimization.models import Run
from optimization.models.run import OPTIMIZE
from optimization.optimizer.look import PART
from optimization.views import words


@dataclass(frozen=True)
class LastLook:
    """`said`: what it looked at and proposed; `left`: what it left as it is, or what was held back, each with why."""

    account: AdAccount
    ago: str
    said: str
    left: tuple[str, ...]


def last_looks(accounts: Iterable[AdAccount], nows: Mapping[int, datetime]) -> list[LastLook]:
    """Of the accounts it ever looked at as a whole. Two queries."""
    by_id = {account.pk: account for account in accounts}
    whole = Run.objects.filter(account__in=by_id, kind=OPTIMIZE).exclude(PART).order_by()
    newest = whole.values("account").annotate(last=Max("pk")).values_list("last", flat=True)
    runs = Run.objects.filter(pk__in=list(newest))
    found = [_look(by_id[run.account_id], run, nows[run.account_id]) for run in runs]
    return sorted(found, key=lambda one: one.account.name)


def _look(account: AdAccount, run: Run, now: datetime) -> LastLook:
    counts = run.counts
    said = f"{_n(counts['campaigns'], 'campaign')} looked at, {_n(counts['proposed'], 'proposal')}"
    said += f", {counts['alone']} of them went without a person" if counts["alone"] else ""
    left = [f"{_n(n, 'campaign')}: {why}" for why, n in _most(counts["skipped"])]
    left += [f"{_n(n, 'wish', 'wishes')} came to nothing: {why}" for why, n in _most(counts["refused"])]
    left += [f"{_n(n, 'wish', 'wishes')} held back: {_rail(key)}" for key, n in _most(counts["blocked"])]
    left += [f"{_n(counts['conflicts'], 'wish', 'wishes')} gave way to another"] * bool(counts["conflicts"])
    return LastLook(account, words.ago(run.started_at, now), said, (*left, *run.problems))


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _rail(key: str) -> str:
    guard = GUARDS.get(key)
    return guard.label.lower() if guard else key


def _n(number: int, word: str, many: str = "") -> str:
    return f"{number} {word if number == 1 else many or word + 's'}"
