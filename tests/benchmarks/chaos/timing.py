"""How long it takes from a person's approval until Meta shows the change and the database says so."""

import time
from collections.abc import Iterable, Iterator

from django.utils import timezone

from config.supervisor.watch import Supervisor
from metaads.models import Ad
from optimization.models import Action, Status
from optimization.queue import services
from tests.benchmarks.chaos.facts import propose

BURST = 10


class Clocked:
    """Pauses ads through the running act cluster. Each ad is used once."""

    def __init__(self, watch: Supervisor, number: int) -> None:
        self.watch, self.number = watch, number
        rows = Ad.objects.filter(status="ACTIVE", deleted_at__isnull=True).select_related("account__connection")
        self._ads: Iterator[Ad] = iter(rows.order_by("pk")[: number + BURST + 1])

    def _approve(self) -> int:
        ad = next(self._ads)
        action = propose(ad.account, "ad", ad, "status", "ACTIVE", "PAUSED")
        return services.approve(action.pk, None, timezone.now()).pk

    def _executed(self, ids: Iterable[int], limit: float = 30) -> dict[int, float]:
        """Monotonic second at which each was first seen executed."""
        waiting, seen, looked, begun = set(ids), {}, 0.0, time.monotonic()
        while waiting:
            if time.monotonic() - looked > 0.25:
                looked = time.monotonic()
                self.watch.look()
            for pk in Action.objects.filter(pk__in=waiting, status=Status.EXECUTED).values_list("pk", flat=True):
                seen[pk] = time.monotonic()
            waiting -= set(seen)
            if time.monotonic() - begun > limit:
                raise AssertionError(f"{len(waiting)} actions were not executed within {limit} s")
            time.sleep(0.01)
        return seen

    def warm_up(self) -> None:
        """The cluster has started and has loaded everything."""
        self._executed([self._approve()], limit=60)

    def one_by_one(self) -> list[float]:
        """Seconds of each."""
        found = []
        for _ in range(self.number):
            begun = time.monotonic()
            pk = self._approve()
            found.append(self._executed([pk])[pk] - begun)
        return found

    def at_once(self) -> list[float]:
        """Seconds of each, from its own approval, when ten are approved in one go."""
        begun: dict[int, float] = {}
        for _ in range(BURST):
            at = time.monotonic()
            begun[self._approve()] = at
        seen = self._executed(begun)
        return [seen[pk] - at for pk, at in begun.items()]
