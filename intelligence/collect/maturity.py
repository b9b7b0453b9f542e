"""Learning maturity curves from revisions, once an account day.

Chain ladder: for each step from one age to the next, the results of all days that were read at both ages give the
growth of that step, so days that are not final yet tell what they know already. Each step is drawn towards the default
curve as if PRIOR more results had followed that. An age is told only if every step from it up to seven days rests on
enough results and days; later steps are small, and the default may stand in for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from intelligence.confirmations import confirmed_by
from intelligence.metrics import windows
from intelligence.metrics.maturity import AGES, DEFAULT
from intelligence.models import MaturityCurve, Reading
from intelligence.results import result_columns, results_in
from intelligence.totals import unpack_totals
from metaads.models import AdAccount, Level
from metaads.reader.results import result_types

LOOK_BACK = 42
PRIOR = 30.0
LEAST_RESULTS = 30.0
LEAST_DAYS = 3
SURE_UNTIL = 168
_HOUR = timedelta(hours=1)
Seen = Mapping[int, float]
"""Results of one day by age (hours), for the ages at which it was read."""


@dataclass(frozen=True)
class Learned:
    """`shares` by age of AGES; None = not told."""

    shares: tuple[float | None, ...]
    conversions: float
    days: int


def learn_maturity(account: AdAccount, now: datetime) -> MaturityCurve | None:
    """Stores today's curve if there is none yet; None if there was one, or no day was ever read twice."""
    today = windows.local_day(now, account.zone)
    kind = account.conversion_action_type
    if MaturityCurve.objects.filter(account=account, action_type=kind, day=today).exists():
        return None
    days = observed(account, today, now)
    if not any(len(seen) > 1 for seen in days):
        return None
    learned = fit(days)
    curve, _ = MaturityCurve.objects.update_or_create(
        account=account,
        action_type=kind,
        day=today,
        defaults={
            "made_at": now,
            "shares": list(learned.shares),
            "conversions": learned.conversions,
            "days": learned.days,
        },
    )
    return curve


def fit(days: Sequence[Seen]) -> Learned:
    """The curve of these days. Steps are multiplied from the final age backwards."""
    shares: list[float | None] = [1.0]
    share, sure = 1.0, True
    for k in range(len(AGES) - 2, -1, -1):
        pairs = [(seen[AGES[k]], seen[AGES[k + 1]]) for seen in days if AGES[k] in seen and AGES[k + 1] in seen]
        before, after = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
        share *= (before + PRIOR * DEFAULT[k]) / (after + PRIOR * DEFAULT[k + 1])
        if AGES[k] < SURE_UNTIL:
            sure = sure and after >= LEAST_RESULTS and len(pairs) >= LEAST_DAYS
        shares.append(round(share, 5) if sure else None)
    results = sum(max(seen.values(), default=0.0) for seen in days)
    return Learned(tuple(reversed(shares)), results, sum(len(seen) > 1 for seen in days))


def observed(account: AdAccount, today: date, now: datetime) -> list[Seen]:
    """The account's results of each past day at the ages at which it was read, as known at `now`."""
    first = today - timedelta(days=LOOK_BACK)
    rows = Reading.objects.filter(
        account=account,
        level=Level.CAMPAIGN,
        window=Reading.DAY,
        day__range=(first, today - timedelta(days=1)),
        read_at__lte=now,
    ).values_list("day", "id", "read_at", "confirmed_at", "confirmations")
    chosen: dict[date, dict[int, tuple[timedelta, int]]] = {}
    for day, pk, read_at, last, moments in rows:
        until = confirmed_by(moments, read_at, last, now)
        for hours in AGES:
            at = windows.day_end(day, account.zone) + hours * _HOUR
            distance = max(read_at - at, at - until, timedelta(0))
            if at <= now and distance <= tolerance(hours):
                best = chosen.setdefault(day, {}).get(hours)
                if best is None or distance < best[0]:
                    chosen[day][hours] = (distance, pk)
    totals = _results(account, {pk for ages in chosen.values() for _, pk in ages.values()})
    return [{hours: totals[pk] for hours, (_, pk) in ages.items()} for ages in chosen.values()]


def tolerance(hours: int) -> timedelta:
    """How far from an age a reading may lie and still speak for it: 45 minutes, from 5 hours on 15 %."""
    return max(timedelta(minutes=45), 0.15 * hours * _HOUR)


def _results(account: AdAccount, ids: set[int]) -> dict[int, float]:
    types = result_types(account)
    columns = result_columns(types)
    rows = Reading.objects.filter(id__in=ids).values_list("id", "packed").iterator(chunk_size=50)
    return {pk: results_in(unpack_totals(packed, columns), types) for pk, packed in rows}
