"""The evaluation log of a month: what it takes to write, what it holds, and how fast one entity is found in it.

100 rules look at 10,000 ad sets every hour for 30 days (720 million checks, 72,000 of each entity).
Between two looks 2 % of the entities change all of their figures and the others drift by a few parts in a thousand.
"""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Model, Sum
from django.db.models.functions import Length

from intelligence.metrics.frame import Frame
from intelligence.metrics.table import build_frame, store_frame
from metaads.models import AdAccount, Level
from optimization.models import EvaluationBlock, EvaluationRoster, EvaluationTick, Rule, RuleVersion
from optimization.rules.compile import compile_version
from optimization.rules.evaluate import evaluate, evaluate_many
from optimization.rules.log import Looked, keep_look
from optimization.rules.services import save_rule
from optimization.rules.why import search, summary
from tests.benchmarks.estate import FIRST, NOW, build
from tests.benchmarks.rules import draw_rules, make_frame

AD_SET = Level.AD_SET
DAYS, HOUR = 30, timedelta(hours=1)
HELD_BACK = [("skipped", f"Cooldown: changed {n / 10:.1f} h ago, and 4 h must pass") for n in range(40)]
HELD_BACK += [("matched", ""), ("skipped", "another action on it is on its way")]
MODELS: tuple[type[Model], ...] = (EvaluationTick, EvaluationBlock, EvaluationRoster)


def run(entities: int = 10_000, days: int = DAYS) -> dict[str, Any]:
    with transaction.atomic():
        try:
            return measured(entities, days)
        finally:
            transaction.set_rollback(True)


def measured(entities: int, days: int) -> dict[str, Any]:
    account = build(campaigns=entities // 10, ad_sets=entities, ads=0, days=10)
    frame = replace(make_frame(entities), ids=(FIRST[AD_SET] + np.arange(entities)).astype(str), level=AD_SET)
    versions = [_version(account, document) for document, _ in draw_rules(frame, random.Random(7))]
    looks = days * 24
    seconds = [_look(account, frame, versions, n) for n in range(looks)]
    checks = looks * len(versions) * entities
    stored = sum(_bytes(model) for model in MODELS)
    month = NOW - timedelta(days=days), NOW
    ids = [str(FIRST[AD_SET] + n * entities // 20) for n in range(20)]
    newest = _each(ids, lambda one: search(account, AD_SET, one, *month))
    held = _each(ids, lambda one: search(account, AD_SET, one, *month, results={"matched", "skipped"}, limit=None))
    rule = versions[50].rule
    of_rule = _each(ids, lambda one: search(account, AD_SET, one, *month, rule=rule, limit=None))
    counted = _each(ids, lambda one: summary(account, AD_SET, one, *month))
    return {
        "name": "why",
        "entities": entities,
        "rules": len(versions),
        "looks": looks,
        "checks": checks,
        "database": connection.vendor,
        "bytes_per_check": round(stored / checks, 4),
        "month_mb": round(stored / 1e6, 1),
        "write_ms_a_look": round(statistics.median(seconds), 1),
        "search_ms": {
            "newest_500": newest,
            "matches_of_the_month": held,
            "one_rule_of_the_month": of_rule,
            "counts_of_the_month": counted,
        },
        "target_search_ms": 200,
        "passed": max(newest, held, of_rule) < 200,
        "explain_one_ms": _explained(account),
    }


def _version(account: AdAccount, document: dict[str, Any]) -> RuleVersion:
    rule = Rule(name="A rule", category=Rule.Category.SCALING, level=AD_SET)
    return save_rule(rule, document, None, NOW)


def _look(account: AdAccount, frame: Frame, versions: list[RuleVersion], hour: int) -> float:
    """Milliseconds of the log alone: masks of what was unknown are part of it, evaluation is not."""
    chance = np.random.default_rng(hour)
    for name in frame.columns:
        column: Any = frame.columns[name]
        column *= 1 + chance.normal(0, 0.003, len(frame))
        anew = chance.random(len(frame)) < 0.02
        column[anew] = chance.random(int(anew.sum())) * 100
    outcomes = evaluate_many([compile_version(version) for version in versions], frame)
    looked = [
        Looked(version, outcome, fates={str(frame.ids[i]): HELD_BACK[i % len(HELD_BACK)] for i in outcome.rows})
        for version, outcome in zip(versions, outcomes, strict=True)
    ]
    at = NOW - HOUR * hour
    return _ms(lambda: keep_look(account, replace(frame, at=at), looked, at))


def _explained(account: AdAccount) -> float:
    """The newest check of one ad set with its figures, from the stored frame of a real table."""
    at = NOW + HOUR
    frame = build_frame(account, AD_SET, at)
    store_frame(frame)
    conditions = [{"field": f"{name}_7d", "operator": ">", "value": 1} for name in ("spend", "cpa", "roas", "ctr")]
    version = _version(account, {"conditions": {"all": conditions}, "actions": [{"kind": "pause"}]})
    keep_look(account, frame, [Looked(version, evaluate(compile_version(version), frame))], at)
    one = str(FIRST[AD_SET] + 777)
    return _each([one] * 5, lambda entity: search(account, AD_SET, entity, at, at, explained=1))


def _bytes(model: type[Model]) -> int:
    """Blobs, and what a row takes beside its blob (about 60 bytes with its index entries)."""
    rows = model._default_manager.all()
    return int((rows.aggregate(size=Sum(Length("packed")))["size"] or 0) + 60 * rows.count())


def _each(ids: list[str], work: Callable[[str], object]) -> float:
    return round(statistics.median(_ms(lambda: work(one)) for one in ids), 1)  # noqa: B023


def _ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
