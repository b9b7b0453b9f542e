"""Why a rule did, or didn't, fire: every check of one entity in the last 30 days, and the figures that decided each.

The log holds what was answered (`optimization.rules.log`). The figures are not stored a second time: `explain` reads
them from the frame of that look, with the version of the rule that looked.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, islice
from typing import Any, NamedTuple

import numpy as np

from intelligence.metrics.frame import Frame
from intelligence.metrics.live import live_frame
from intelligence.metrics.table import build_frame, load_frame
from intelligence.models import StoredFrame
from metaads.models import AdAccount
from optimization.models import EvaluationBlock, EvaluationRoster, EvaluationTick, Rule, RuleVersion
from optimization.rules import log_codes as coded
from optimization.rules import near_miss
from optimization.rules.compile import compile_version
from optimization.rules.history import context_for
from optimization.rules.log import ERRORED, MATCHED, NO_DATA, NOT_COVERED, NOT_MATCHED, RESULTS, SKIPPED, Fate, ids_of
from optimization.rules.sheet import FrameSheet
from optimization.rules.trace import trace_rows

__all__ = ["Check", "Condition", "explain", "search", "summary"]

NEWEST = 500
BATCH = 200
LIVE = "live"
BY_CODE = {coded.NOT_COVERED: (NOT_COVERED, ""), coded.NOT_MATCHED: (NOT_MATCHED, ""), coded.UNKNOWN: (NO_DATA, "")}
SAID = {MATCHED: "true", SKIPPED: "true", NOT_MATCHED: "false", NO_DATA: "no data"}
LEFT_OUT = "Its filters leave this out."
GONE = "The figures of that look are no longer stored."
DIFFERS = (
    "The log says {result}, but what is stored of that moment says {now}: hours that are older than a few days are "
    "rolled up, and a condition on single hours can't be rebuilt from them."
)


@dataclass(frozen=True)
class Condition:
    """One condition at one check. `value` and `threshold` as in a trace (`rules.trace`): None is unknown, money is in
    the major unit, a threshold may be a list. `result` is "true", "false" or "no data"."""

    text: str
    field: str
    window: str
    unit: str
    operator: str
    value: Any
    threshold: Any
    result: str
    age_minutes: int | None


@dataclass(frozen=True, slots=True)
class Check:
    """What one rule said of one entity at one look.

    `result`: matched (it was proposed, refreshed or told), skipped (it matched, and `reason` says what held it back),
    not_matched, no_data, errored, not_covered. `at` is when it was looked at, `frame_at` the moment of the figures.
    `conditions`, `near_miss`, `trace` and `note` are empty until `explain` fills them; a check that erred has none.
    """

    at: datetime
    rule: Rule
    version: RuleVersion
    result: str
    reason: str
    level: str
    entity_id: str
    kind: str
    frame_at: datetime
    near_miss: str = ""
    conditions: tuple[Condition, ...] = ()
    trace: Mapping[str, Any] | None = None
    note: str = ""


class _Raw(NamedTuple):
    """A check before its rule is loaded."""

    at: datetime
    kind: str
    frame_at: datetime
    rule_id: int
    version_id: int
    fate: Fate


def search(
    account: AdAccount,
    level: str,
    entity_id: str,
    since: datetime,
    until: datetime,
    rule: Rule | None = None,
    *,
    results: Collection[str] | None = None,
    limit: int | None = NEWEST,
    explained: int = 0,
) -> list[Check]:
    """Checks of one entity from `since` to `until` (both included), newest first; at most `limit` (None = all).

    `rule`: only its checks, of any version. `results`: only these. The first `explained` come with their figures.
    """
    wanted = frozenset(results or RESULTS)
    some = list(islice(_raw(account, level, entity_id, (since, until), rule, wanted), limit))
    versions = RuleVersion.objects.select_related("rule").in_bulk({one.version_id for one in some})
    checks = [_check(one, versions[one.version_id], level, entity_id) for one in some]
    return [*explain(account, checks[:explained]), *checks[explained:]] if explained else checks


def summary(
    account: AdAccount, level: str, entity_id: str, since: datetime, until: datetime
) -> dict[int, dict[str, int]]:
    """Rule id -> result -> how many checks ended so."""
    counts: dict[int, dict[str, int]] = {}
    for one in _raw(account, level, entity_id, (since, until), None, frozenset(RESULTS)):
        of_rule = counts.setdefault(one.rule_id, {})
        of_rule[one.fate[0]] = of_rule.get(one.fate[0], 0) + 1
    return counts


def _check(one: _Raw, version: RuleVersion, level: str, entity_id: str) -> Check:
    result, reason = one.fate
    said = LEFT_OUT if result == NOT_COVERED else reason
    return Check(one.at, version.rule, version, result, said, level, entity_id, one.kind, one.frame_at)


def _raw(
    account: AdAccount,
    level: str,
    entity_id: str,
    span: tuple[datetime, datetime],
    rule: Rule | None,
    wanted: frozenset[str],
) -> Iterator[_Raw]:
    """Newest first, rules of one look in the order in which they were evaluated."""
    place = place_of(account, level, entity_id)
    if place is None:
        return
    ticks = EvaluationTick.objects.filter(account=account, level=level, looked_at__range=span)
    rows = ticks.order_by("-looked_at", "-pk").values_list("pk", "kind", "at", "looked_at", "places", "packed")
    start = 0
    while batch := list(rows[start : start + BATCH]):
        start += BATCH
        part, slot = divmod(place, coded.PLACES)
        blocks = EvaluationBlock.objects.filter(part=part, tick__in=[row[0] for row in batch])
        packed = dict(blocks.values_list("tick_id", "packed"))
        for pk, kind, frame_at, at, places, head in batch:
            if place < places:
                for ruled, fate in _fates(coded.Head(head), packed.get(pk), slot, rule, wanted):
                    yield _Raw(at, kind, frame_at, ruled.rule_id, ruled.version_id, fate)


def _fates(
    head: coded.Head, block: bytes | memoryview | None, slot: int, rule: Rule | None, wanted: frozenset[str]
) -> Iterator[tuple[coded.Ruled, Fate]]:
    if rule is not None and all(ruled.rule_id != rule.pk for ruled in head.rules):
        return
    codes, told = ([0] * len(head.rules), {}) if block is None else coded.read_place(block, len(head.rules), slot)
    unwanted = {code for code, (result, _) in BY_CODE.items() if result not in wanted}
    for i, (ruled, code) in enumerate(zip(head.rules, codes, strict=True)):
        if (rule is not None and ruled.rule_id != rule.pk) or (code in unwanted and not ruled.problem):
            continue
        fate = (ERRORED, ruled.problem) if ruled.problem else BY_CODE.get(code) or head.fates[told[i]]
        if fate[0] in wanted:
            yield ruled, fate


def place_of(account: AdAccount, level: str, entity_id: str) -> int | None:
    """The entity's place in the log; None if no rule ever looked at it."""
    ids = ids_of(EvaluationRoster.objects.filter(account=account, level=level).first())
    found = np.flatnonzero(ids == entity_id)
    return int(found[0]) if len(found) else None


def explain(account: AdAccount, checks: Sequence[Check]) -> list[Check]:
    """The same checks with their figures, in their order. Each look's frame is read once."""
    answer: list[Check] = []
    for (level, kind, at), some in groupby(checks, key=lambda one: (one.level, one.kind, one.frame_at)):
        group = list(some)
        frame = _frame(account, level, kind, at, group[0].entity_id)
        answer += [_explained(account, frame, one) for one in group]
    return answer


def _frame(account: AdAccount, level: str, kind: str, at: datetime, entity_id: str) -> Frame | None:
    """The frame that was looked at: the stored one, else rebuilt from what was known then. None: not in it."""
    stored = StoredFrame.objects.filter(account=account, level=level, at=at).select_related("account").first()
    if kind == LIVE:
        frame = live_frame(account, level, at, known_at=at)
    else:
        frame = build_frame(account, level, at, at) if stored is None else load_frame(stored)
    if frame.row(entity_id) is None and stored is not None and not stored.whole:
        frame = build_frame(account, level, at, at)
    return None if frame.row(entity_id) is None else frame


def _explained(account: AdAccount, frame: Frame | None, check: Check) -> Check:
    row = None if frame is None else frame.row(check.entity_id)
    if check.result == ERRORED:
        return check
    if frame is None or row is None:
        return replace(check, note=GONE)
    compiled = compile_version(check.version)
    sheet = FrameSheet(frame, context_for(account, frame))
    trace = trace_rows(compiled, sheet, np.array([row], dtype=np.intp), account.currency)[0]
    expected = SAID.get(check.result, trace["result"])
    differs = trace["result"] != expected
    return replace(
        check,
        trace=trace,
        conditions=tuple(_conditions(trace)),
        near_miss=near_miss.sentence(compiled.document.conditions, trace, account.currency),
        note=DIFFERS.format(result=expected, now=trace["result"]) if differs else "",
    )


def _conditions(trace: Mapping[str, Any]) -> Iterator[Condition]:
    if trace["node"] != "leaf":
        for child in trace["children"]:
            yield from _conditions(child)
        return
    yield Condition(
        text=trace["text"],
        field=trace["field"],
        window=trace["window"] or "",
        unit=trace["unit"],
        operator=trace["operator"],
        value=trace["value"],
        threshold=trace["threshold"],
        result=trace["result"],
        age_minutes=trace["age_minutes"],
    )
