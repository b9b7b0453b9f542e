"""The back-test: rules, saved or not, over a stretch of the past, with data as they were known then."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from intelligence.metrics import windows
from metaads.models import AdAccount, Level
from optimization.backtest import notes
from optimization.backtest.approving import Approving
from optimization.backtest.background import background
from optimization.backtest.moments import first_day, moments
from optimization.backtest.recorded import recorded
from optimization.backtest.replay import Book, Progress, Replay
from optimization.backtest.result import BacktestResult, Firing
from optimization.models import Action, LedgerEvent, Rule, RuleVersion, Source
from optimization.outcomes import Change, Really, after
from optimization.rules.compile import compile_rule, compile_version
from optimization.rules.schema import parse
from optimization.wants import Look

APPROVE_ALL, AS_RECORDED = "approve_all", "as_recorded"
MOST_DIFFERENCES = 20


class BacktestRefused(ValueError):
    """It cannot be replayed like this; the text says what to do. `field`: since, until, rules or mode."""

    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Unsaved:
    """A rule's text that has no row yet."""

    level: str
    document: dict[str, Any]
    name: str = "This rule"
    priority: int = 50


def _silent(share: float, note: str) -> None:
    """Nobody wants to know."""


def backtest(
    account: AdAccount,
    rules: Sequence[Rule | Unsaved],
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    campaign: str | None = None,
    mode: str = APPROVE_ALL,
    progress: Progress = _silent,
) -> BacktestResult:
    """Replays `rules` from `since` to `until` (aware UTC, at most `now`). Writes nothing.

    `mode`: `approve_all` takes each proposal as approved and carried out at once, in the rules' present text;
    `as_recorded` follows what people and executor really did, with the text in force then. `campaign`: Meta id, only
    its proposals count. Raises BacktestRefused, RuleInvalid; lets through what `progress` raises.
    """
    looks = _looks(rules, mode)
    levels = sorted({look.rule.level for look in looks})
    until = _checked(account, levels, since, until, now)
    result = BacktestResult(account, since, until, mode, [_named(look) for look in looks], campaign)
    ids = {look.rule.pk for look in looks}
    if mode == AS_RECORDED:
        book: Book = recorded(account, since, until, background(account))
    else:
        book = Approving(looks, background(account, without_rules=ids))
    asked = Level.values if mode == AS_RECORDED else levels
    Replay(account, book, result).run(moments(account, asked, since, until, now), progress)
    if mode == AS_RECORDED:
        _compare(account, result, ids)
    _measure(result, now)
    result.notes = notes.about(result, looks, now)
    return result


def _looks(rules: Sequence[Rule | Unsaved], mode: str) -> list[Look]:
    if not rules:
        raise BacktestRefused("Name at least one rule.", "rules")
    if mode not in (APPROVE_ALL, AS_RECORDED):
        raise BacktestRefused(f"There is no mode {mode!r}; use {APPROVE_ALL} or {AS_RECORDED}.", "mode")
    if mode == AS_RECORDED and any(isinstance(rule, Unsaved) for rule in rules):
        raise BacktestRefused("A rule that is not saved has no record; use approve_all.", "mode")
    return [_look(rule, -place) for place, rule in enumerate(rules, start=1)]


def _look(rule: Rule | Unsaved, stand_in: int) -> Look:
    """`stand_in`: an id that no saved rule has."""
    if isinstance(rule, Rule):
        if rule.current is None:
            raise BacktestRefused(f"{rule.name} has no conditions yet; save them first.", "rules")
        return Look(rule, rule.current, compile_version(rule.current))
    compiled = compile_rule(parse(rule.document, rule.level))
    shape = Rule(pk=stand_in, name=rule.name, level=rule.level, priority=rule.priority, category="loss_prevention")
    return Look(shape, RuleVersion(pk=stand_in, rule=shape, number=0, document=rule.document), compiled)


def _named(look: Look) -> dict[str, Any]:
    saved = look.rule.pk > 0
    public_id = str(look.rule.public_id) if saved else ""
    return {"id": public_id, "name": look.rule.name, "level": look.rule.level, "version": look.version.number}


def _checked(account: AdAccount, levels: Sequence[str], since: datetime, until: datetime, now: datetime) -> datetime:
    """`until`, not after now. Raises BacktestRefused beyond the stored days, with the date from which it works."""
    until = min(until, now)
    if since >= until:
        raise BacktestRefused("The start must be before the end, and in the past.", "since")
    first = earliest(account, levels, now)
    if first is None:
        raise BacktestRefused("No day of this account is stored yet, so there is nothing to replay.", "since")
    if windows.local_day(since, account.zone) < first:
        raise BacktestRefused(f"Days before {first:%Y-%m-%d} are not stored. Start on {first:%Y-%m-%d}.", "since")
    return until


def earliest(account: AdAccount, levels: Sequence[str], now: datetime) -> date | None:
    """The first account day that can be replayed; None = none. Hourly from `RETAIN_FRAMES_DAYS` before today on."""
    return first_day(account, levels or Level.values)


def hourly_from(account: AdAccount, now: datetime) -> date:
    """From which account day on tables are stored by the hour, if they were collected."""
    return windows.local_day(now - timedelta(days=settings.RETAIN_FRAMES_DAYS), account.zone)


def _measure(result: BacktestResult, now: datetime) -> None:
    """What each firing would have taken away up to the end of the range. What was really carried out is in the data."""
    zone = result.account.zone
    days = (windows.local_day(result.since, zone), windows.local_day(result.until, zone))
    open_ones = [place for place, firing in enumerate(result.firings) if firing.fate not in CARRIED_OUT]
    changes = [_change(result.firings[place]) for place in open_ones]
    found = after(changes, Really(result.account, *days, now), result.until)
    by_place = dict(zip(open_ones, found, strict=True))
    result.measured([by_place.get(place) for place in range(len(result.firings))])


CARRIED_OUT = ("executed", "reverted")


def _change(firing: Firing) -> Change:
    return Change(
        at=firing.at,
        level=firing.level,
        entity_id=firing.entity_id,
        field=firing.field,
        before=firing.before,
        final=firing.final,
        spent_today=firing.spent_today,
        parents=firing.parents,
    )


Told = tuple[datetime, str, str, int | str, int | str, int | str]
"""When, entity, kind; values before, wanted, final; those of a plan as text."""


def _compare(account: AdAccount, result: BacktestResult, ids: set[int]) -> None:
    """Keeps the chosen rules' firings, and says where the replay and the record differ."""
    mine = {str(rule["id"]) for rule in result.rules}
    result.firings = [firing for firing in result.firings if firing.rule in mine]
    replayed = Counter(
        (one.at, f"{one.level}:{one.entity_id}", one.kind, _told(one.before), _told(one.wanted), _told(one.final))
        for one in result.firings
    )
    live = Counter(_live(account, result, ids))
    result.recorded = {
        "same": (replayed & live).total(),
        "only_replayed": [_text(one) for one in (replayed - live).elements()][:MOST_DIFFERENCES],
        "only_recorded": [_text(one) for one in (live - replayed).elements()][:MOST_DIFFERENCES],
    }


def _live(account: AdAccount, result: BacktestResult, ids: set[int]) -> list[Told]:
    """The rules' proposals as the ledger has them, in the words of then."""
    versions = set(RuleVersion.objects.filter(rule__in=ids).values_list("pk", flat=True))
    events = LedgerEvent.objects.filter(
        account_id=account.pk,
        kind="optimization_suggested",
        actor=Source.RULE,
        business_time__range=(result.since, result.until),
    )
    among = None
    if result.campaign:
        actions = Action.objects.filter(account=account, campaign_id=result.campaign)
        among = set(actions.values_list("public_id", flat=True))
    told = []
    for event in events.order_by("pk"):
        found = event.payload
        if found["rule_version"] in versions and (among is None or event.action_id in among):
            before, wanted, final = (_told(found[name]) for name in ("before", "wanted", "after_rails"))
            told.append((event.business_time, found["entity"], found["kind"], before, wanted, final))
    return told


def _told(value: Any) -> int | str:
    return value if isinstance(value, int | str) else json.dumps(value, sort_keys=True)


def _text(told: Told) -> str:
    at, entity, kind, before, wanted, final = told
    return f"{at.isoformat()} {entity} {kind} {before} -> {wanted} ({final})"
