"""Calls of rules with a `call_webhook` step: one per rule, address and entity when its condition begins to hold, and
while it goes on holding once per account-day, however often the rule looks."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from intelligence.metrics import catalog
from metaads.models import AdAccount
from notifications.webhooks import Call, enqueue
from notifications.webhooks.queue import known
from optimization.evidence import figures, sentence
from optimization.gathered import Gathered, Match
from optimization.rules.schema import RuleAction

KIND = "call_webhook"
NAME = catalog.resolve("name")
MOST = 200
"""Entities that one rule tells of in one look; the others follow at the next, for they are not told yet."""


def call(account: AdAccount, gathered: Gathered, now: datetime) -> int:
    """Stores the calls of all matches, in the run's transaction; gives their number. A rule that errs is left out."""
    stored = 0
    for match in list(gathered.matches):
        for step in match.compiled.document.actions:
            if step.kind != KIND:
                continue
            made: list[Call] = []
            gathered.isolated(match, partial(_into, made, account, match, step, now))
            stored += enqueue(made, now)
    return stored


def _into(made: list[Call], account: AdAccount, match: Match, step: RuleAction, now: datetime) -> None:
    made += _calls(account, match, step, now)


def _calls(account: AdAccount, match: Match, step: RuleAction, now: datetime) -> Iterator[Call]:
    day = now.astimezone(account.zone).date().isoformat()
    keys = {entity: key_of(match.rule.pk, account.pk, step, match.frame.level, entity, day) for entity in match.ids}
    told = known(keys.values())
    fresh = [(entity, row) for entity, row in zip(match.ids, match.rows, strict=True) if keys[entity] not in told]
    rows = np.array([row for _, row in fresh[:MOST]], dtype=np.intp)
    traces = match.outcome.traces(rows, account.currency)
    names = catalog.column(match.frame, NAME)
    for (entity, row), trace in zip(fresh[:MOST], traces, strict=True):
        about = {"level": match.frame.level, "id": entity, "name": str(names[row])}
        yield Call(
            subject=f"account:{account.pk}",
            key=keys[entity],
            url=str(step.parameters["url"]),
            secret=str(step.parameters.get("secret") or ""),
            payload=_payload(account, match, about, trace, now),
        )


def prefix_of(rule_id: int) -> str:
    """What all keys of one rule begin with."""
    return f"rule:{rule_id}:"


def key_of(rule_id: int, account_id: int, step: RuleAction, level: str, entity_id: str, day: str) -> str:
    """One call a day; another address is another call."""
    address = hashlib.sha256(str(step.parameters["url"]).encode()).hexdigest()[:16]
    return f"{prefix_of(rule_id)}{account_id}:{address}:{level}:{entity_id}:{day}"


def _payload(
    account: AdAccount, match: Match, entity: dict[str, str], trace: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Money in the account's currency, major unit; unknown figures are null."""
    return {
        "event": "rule_matched",
        "rule": {"id": match.rule.pk, "name": match.rule.name, "version": match.version.number},
        "account": {"id": account.meta_id, "name": account.name, "currency": account.currency},
        "entity": entity,
        "figures": figures(trace),
        "reason": sentence(trace, account.currency),
        "time": now.astimezone(account.zone).isoformat(),
    }
