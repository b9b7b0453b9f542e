"""Same data, same rules, same moment: the same proposals, verdicts and losers, whatever the order of the rules."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from intelligence.metrics.frame import Frame
from metaads.models import AdAccount
from optimization.entities import Entity
from optimization.models import Rule, RuleVersion
from optimization.queue.conflicts import Superseded, resolve
from optimization.queue.facts import Surroundings
from optimization.queue.judging import judge, welcome
from optimization.queue.standing import Open, Standing
from optimization.rules.compile import compile_rule
from optimization.rules.schema import parse
from optimization.rules.sheet import Context
from optimization.wants import Look, explain, wants
from tests.factories.estate import ample
from tests.factories.optimization import NOW, OLD, WrittenWorld, entity, limits

ACCOUNT = AdAccount(pk=1, currency="EUR", timezone_name="Europe/Berlin", connected_at=OLD)
HELD: dict[str, dict[str, Entity]] = {
    "campaign": {
        one: entity(one, level="campaign", parent_ids=(), campaign_id=one, daily_budget=90_000 if one == "22" else None)
        for one in ("21", "22")
    },
    "adset": {
        str(30 + i): entity(str(30 + i), campaign_id=parent, parent_ids=(parent,), daily_budget=10_000 + 100 * i)
        for i, parent in enumerate(["21", "21", "21", "22", "22"])
    },
    "ad": {
        str(40 + i): entity(str(40 + i), level="ad", daily_budget=None, parent_ids=(str(30 + i), "21"))
        for i in range(3)
    },
}
KINDS: list[dict[str, Any]] = [
    {"kind": "pause"},
    {"kind": "activate"},
    {"kind": "increase_budget", "parameters": {"percent": 45}},
    {"kind": "decrease_budget", "parameters": {"percent": 70}},
    {"kind": "set_budget", "parameters": {"amount": 130}},
]
STANDING = Standing(
    open={
        ("adset", "30", "increase_budget"): Open("adset", "30", "increase_budget", "21", 2, 10_000, 11_000),
        ("adset", "33", "pause"): Open("adset", "33", "pause", "22", 1, "ACTIVE", "PAUSED"),
    },
    on_its_way={("adset", "34")},
    rejected={("adset", "31", "pause"): None},
    pausing={"33"},
)
AROUND = Surroundings(
    account=ACCOUNT,
    now=NOW,
    limits=limits(),
    switch_off=None,
    stop=None,
    doubt=None,
    last_executed={("adset", "32"): NOW - timedelta(hours=2)},
    last_optimizer={},
    counters={"changes:adset:31": 4},
    estate=ample(ACCOUNT),
)


@dataclass(frozen=True)
class Held:
    def entities(self, level: str, ids: Iterable[str], whole: bool = False) -> Mapping[str, Entity]:
        return {one: HELD[level][one] for one in ids}

    def recent(self, rule_id: int, hours: float) -> Mapping[tuple[str, str], Sequence[datetime]]:
        return {("adset", "30"): [NOW - timedelta(hours=3)]} if rule_id % 2 else {}

    def context(self, frame: Frame) -> Context:
        return Context()

    def world(self, about: Collection[Entity]) -> WrittenWorld:
        return WrittenWorld()


def frame_of(level: str, spends: Sequence[float]) -> Frame:
    ids = np.array(list(HELD[level]))
    columns = {"name": ids, "spend_7d": np.array(spends[: len(ids)], dtype=np.float64)}
    return Frame(1, level, NOW, NOW - timedelta(minutes=5), ids, columns)


def look(number: int, drawn: tuple[str, dict[str, Any], float, int, float]) -> Look:
    level, step, above, priority, cooldown = drawn
    document = {
        "conditions": {"field": "spend_7d", "operator": ">", "value": above},
        "actions": [step],
        "safety": {"cooldown_hours": cooldown},
    }
    rule = Rule(pk=number, name=f"Rule {number}", category="scaling", level=level, priority=priority)
    return Look(rule, RuleVersion(pk=number, rule=rule, number=1), compile_rule(parse(document, level)))


def _lost(one: Superseded) -> tuple[Any, ...]:
    return one.draft.key, one.draft.rule_version and one.draft.rule_version.pk, one.by.key, one.reason


def told(looks: Sequence[Look], frames: Mapping[str, Frame]) -> dict[str, Any]:
    """All that a run decides, without the order in which it found it."""
    gathered = wants(ACCOUNT, looks, frames, Held(), NOW)
    drafts, _ = welcome(gathered.drafts, STANDING.rejected)
    winners, losers = resolve(drafts)
    judged = judge(explain("EUR", winners, gathered), losers, AROUND, STANDING)
    return {
        "passed": {(d.key, d.rule_version and d.rule_version.pk, d.reason, j) for d, j in judged.passed},
        "blocked": {(d.key, d.rule_version and d.rule_version.pk, d.reason, j) for d, j in judged.blocked},
        "skipped": {(d.key, why) for d, why in judged.skipped},
        "displaced": {(one.key, why) for one, why in judged.displaced},
        "losers": sorted(
            (one.draft.key, one.draft.rule_version.pk, one.by.key, one.reason)
            for one in losers
            if one.draft.rule_version
        ),
        "evaluated": gathered.evaluated,
        "refused": gathered.refused,
        "failures": [failure.reason for failure in gathered.failures],
    }


DRAWN = st.tuples(
    st.sampled_from(["campaign", "adset", "adset", "ad"]),
    st.sampled_from(KINDS),
    st.sampled_from([10.0, 50.0, 90.0]),
    st.integers(0, 3),
    st.sampled_from([0.0, 4.0]),
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(DRAWN, min_size=2, max_size=9).flatmap(
        lambda drawn: st.tuples(st.just(drawn), st.permutations(range(len(drawn))))
    ),
    st.lists(st.sampled_from([0.0, 20.0, 60.0, 100.0, float("nan")]), min_size=5, max_size=5),
)
def test_the_order_of_rules_changes_nothing(
    drawn: tuple[list[tuple[str, dict[str, Any], float, int, float]], list[int]], spends: list[float]
) -> None:
    rules, order = drawn
    looks = [look(number, one) for number, one in enumerate(rules, start=1)]
    frames = {level: frame_of(level, spends) for level in HELD}
    first = told(looks, frames)
    assert told([looks[i] for i in order], dict(reversed(frames.items()))) == first
    assert first["failures"] == []
    won = [key[:2] for key, *_ in (*first["passed"], *first["blocked"], *first["skipped"])]
    assert len(won) == len(set(won)), "one winner an entity"
