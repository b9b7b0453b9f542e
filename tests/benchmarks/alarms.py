"""Does the data-quality stop stop when it should, and only then? Worlds of the sandbox, observed hourly for days.

In most of them nothing is wrong with the data, though much happens to the money: promotions, Black Friday, people who
pause everything, cut budgets or start a campaign without purchases, changes of clocks. Any doubt there is a false
alarm. In the others tracking or Meta is down, and no doubt is a missed one.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.test import override_settings

from intelligence.models import QualityState
from intelligence.observe import observe
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import create
from tests.intelligence.conftest import Meta, connect

EUR, JPY, USD = 0, 1, 2
HISTORY = 30
FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
Deed = Callable[[Meta, Account], None]


def nothing(meta: Meta, theirs: Account) -> None:
    """An ordinary time."""


def _edit(theirs: Account, nodes: list[Any], **values: Any) -> None:
    for node in nodes:
        for name, value in values.items():
            setattr(node, name, value)
    theirs.settings = None
    theirs.tables.clear()


def pause_campaigns(meta: Meta, theirs: Account) -> None:
    _edit(theirs, theirs.campaigns, status="PAUSED")


def pause_ads(meta: Meta, theirs: Account) -> None:
    """Campaigns and ad sets stay switched on."""
    _edit(theirs, theirs.ads, status="PAUSED")


def pause_most(meta: Meta, theirs: Account) -> None:
    _edit(theirs, theirs.ads[1:], status="PAUSED")


def cut_budgets(meta: Meta, theirs: Account) -> None:
    """To a twentieth, wherever they are set."""
    nodes: list[Any] = [*theirs.campaigns, *theirs.ad_sets]
    for node in nodes:
        if node.daily_budget:
            _edit(theirs, [node], daily_budget=max(node.daily_budget // 20, 1))


def happens(kind: str, hours: float, strength: float = 1.0) -> Deed:
    def do(meta: Meta, theirs: Account) -> None:
        meta.control("POST", "happenings", kind=kind, hours=hours, strength=strength)

    return do


@dataclass(frozen=True)
class Scene:
    """`after`: hours until `deed` (two days of hours must have been seen before a collapse can be told). `expected`:
    checks of which one must object; empty = none may."""

    name: str
    deed: Deed = nothing
    account: int = EUR
    start: datetime = FRIDAY
    days: float = 3
    after: int = 54
    expected: frozenset[str] = frozenset()
    sizes: tuple[int, int, int] = (6, 12, 36)


TRACKING = frozenset({"purchases_vanish", "pixel_silence"})
DELIVERY = frozenset({"spend_collapse"})
SCENES: tuple[Scene, ...] = (
    Scene("euro"),
    Scene("yen", account=JPY),
    Scene("dollar", account=USD),
    Scene("weekend and Monday", days=3.5),
    Scene("Black Friday week", start=datetime(2026, 11, 25, 12, tzinfo=UTC), days=6),
    Scene("promotion that ends", happens("promotion", 18, 0.5), days=3.5, after=30),
    Scene("price jump", happens("price_jump", 24)),
    Scene("three tiny campaigns", sizes=(3, 3, 3)),
    Scene("all campaigns paused", pause_campaigns),
    Scene("all ads paused", pause_ads),
    Scene("all ads but one paused", pause_most),
    Scene("budgets cut to a twentieth", cut_budgets),
    Scene("clocks back in Berlin", start=datetime(2026, 10, 23, 6, tzinfo=UTC)),
    Scene("clocks back in New York", account=USD, start=datetime(2026, 10, 30, 12, tzinfo=UTC)),
    Scene("clocks on in Berlin", start=datetime(2026, 3, 27, 6, tzinfo=UTC)),
    Scene("tracking down", happens("tracking_outage", 16), expected=TRACKING),
    Scene("tracking down, dollar", happens("tracking_outage", 16), account=USD, expected=TRACKING),
    Scene("Meta down", happens("meta_outage", 8), expected=DELIVERY),
    Scene("Meta down, yen", happens("meta_outage", 8), account=JPY, expected=DELIVERY),
)


@dataclass(frozen=True)
class Seen:
    """Doubts by check as (first hour after the deed or the start, sentence), and how many looks were judged at all."""

    doubts: dict[str, tuple[float, str]]
    verdicts: dict[str, int]


def play(scene: Scene, every: int = 1) -> Seen:
    """Looks every so many hours."""
    campaigns, ad_sets, ads = scene.sizes
    options = WorldOptions(
        accounts=scene.account + 1, campaigns=campaigns, ad_sets=ad_sets, ads=ads, history_days=HISTORY, step_minutes=60
    )
    world = create(options, scene.start.timestamp(), frozen=True)
    meta = connect("", scene.account, world)
    meta.now = scene.start
    doubts: dict[str, tuple[float, str]] = {}
    verdicts: Counter[str] = Counter()
    for hour in range(0, round(scene.days * 24), every):
        if hour and scene.after in range(hour, hour + every):
            scene.deed(meta, meta.wire.app.api.world.accounts[scene.account])
        observe(meta.account, meta.now)
        for found in QualityState.objects.get(account=meta.account).findings:
            verdicts[f"{found['check']} {found['verdict']}"] += 1
            if found["verdict"] == "doubtful":
                doubts.setdefault(found["check"], (hour - scene.after, found["sentence"]))
        meta.advance(every)
    return Seen(doubts, dict(sorted(verdicts.items())))


def wrong(scene: Scene, seen: Seen) -> list[str]:
    """Alarms that were false, and one that was missed."""
    told = [f"{check}: {sentence}" for check, (_, sentence) in seen.doubts.items() if check not in scene.expected]
    return [*told, *(["missed"] if scene.expected and not scene.expected & seen.doubts.keys() else [])]


def run(names: tuple[str, ...] = ()) -> dict[str, Any]:
    """Looks taken, false and missed alarms by scene, hours until the alarms that were due, seconds."""
    start = time.perf_counter()
    failures: dict[str, list[str]] = {}
    hours: dict[str, float] = {}
    looks = 0
    for scene in SCENES:
        if names and scene.name not in names:
            continue
        with transaction.atomic(), override_settings(INITIAL_HISTORICAL_DAYS=28):
            seen = play(scene)
            transaction.set_rollback(True)
        looks += round(scene.days * 24)
        if found := wrong(scene, seen):
            failures[scene.name] = found
        due = [after for check, (after, _) in seen.doubts.items() if check in scene.expected]
        if due:
            hours[scene.name] = min(due)
    return {
        "name": "alarms",
        "scenes": len(SCENES),
        "looks": looks,
        "wrong": failures,
        "hours_to_alarm": hours,
        "seconds": round(time.perf_counter() - start, 1),
    }
