"""All that comes over accounts: drawn by chance, told by the demo's story, or asked for by a control call."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from metaads.sandbox.world import draws, outages, promotions, seasonality, shocks
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.conditions import CALM, Conditions, Happening
from metaads.sandbox.world.options import WorldOptions

_HOUR, _DAY = 3600, 86_400
# The longest that anything lasts, its filling in included: how far back beginnings are looked for.
_LONGEST = 8 * _DAY
EFFECTS: dict[str, Callable[[float], Conditions]] = {
    promotions.KIND: promotions.conditions,
    shocks.PRICE_JUMP: shocks.price_conditions,
    shocks.SITE_DOWN: shocks.site_conditions,
    shocks.META_OUTAGE: shocks.meta_conditions,
    outages.KIND: outages.conditions,
}
_DRAWN: tuple[Callable[[WorldOptions, int, int], list[Happening]], ...] = (
    promotions.drawn,
    shocks.price_jumps,
    shocks.site_downs,
    shocks.meta_outages,
    outages.drawn,
)


def checked(happening: Happening) -> Happening:
    """The same, unless its kind is unknown: ValueError."""
    if happening.kind not in EFFECTS:
        raise ValueError(f"unknown kind {happening.kind!r}; there are {', '.join(sorted(EFFECTS))}")
    return happening


def around(account: Account, options: WorldOptions, start: int, local: datetime) -> Conditions:
    """What lies over the account in the step that starts at that Unix second (`local` on its own clock)."""
    found = seasonality.conditions(local) if options.seasonality else CALM
    for one in between(account, options, start, start + 1):
        found *= EFFECTS[one.kind](one.strength)
    return found


def between(account: Account, options: WorldOptions, first: int, last: int, kind: str | None = None) -> list[Happening]:
    """Those that touch first..last (Unix seconds, `last` excluded), oldest first."""
    known: list[Happening] = [h for h in account.happenings if h.start < last and h.end > first]
    if options.restless:
        for period in range((first - _LONGEST) // draws.PERIOD, last // draws.PERIOD + 1):
            known += [h for h in _of_period(options, account.number, period) if h.start < last and h.end > first]
    return sorted((h for h in known if kind in (None, h.kind)), key=lambda h: (h.start, h.kind))


@lru_cache(maxsize=20_000)
def _of_period(options: WorldOptions, number: int, period: int) -> tuple[Happening, ...]:
    return tuple(one for draw in _DRAWN for one in draw(options, number, period))


def story(options: WorldOptions, number: int, live: int) -> list[Happening]:
    """What has happened in the demo's history before `live`, and what will soon: the same in every demo."""
    if not options.story:
        return []
    here = _STORIES.get(number, [])
    return [
        checked(Happening(kind, live - back, live - back + long, strength, restored and live - back + restored))
        for kind, back, long, strength, restored in here
    ]


# By account: kind, how long before the end of history (negative: after it), how long it lasts, strength, when it is
# filled in after its start; in seconds.
_STORIES: dict[int, list[tuple[str, int, int, float, int | None]]] = {
    0: [
        (promotions.KIND, -3 * _DAY, 3 * _DAY, 0.4, None),
        (outages.KIND, -8 * _DAY, 10 * _HOUR, 1.0, None),
        (promotions.KIND, 20 * _DAY, 4 * _DAY, 0.5, None),
        (outages.KIND, 12 * _DAY, 9 * _HOUR, 1.0, 30 * _HOUR),
        (shocks.META_OUTAGE, 26 * _DAY, 4 * _HOUR, 0.95, None),
    ],
    1: [
        (shocks.SITE_DOWN, -5 * _DAY, 4 * _HOUR, 1.0, None),
        (shocks.PRICE_JUMP, 15 * _DAY, 20 * _HOUR, 0.8, None),
        (shocks.META_OUTAGE, 26 * _DAY, 4 * _HOUR, 0.95, None),
    ],
    2: [
        (shocks.PRICE_JUMP, -2 * _DAY, 14 * _HOUR, 1.0, None),
        (shocks.SITE_DOWN, 9 * _DAY, 5 * _HOUR, 1.0, None),
        (outages.KIND, 17 * _DAY, 6 * _HOUR, 1.0, None),
        (shocks.META_OUTAGE, 26 * _DAY, 4 * _HOUR, 0.95, None),
    ],
}
