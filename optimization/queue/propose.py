"""Drafts become open proposals: one per entity and kind; a rule that fires again refreshes its open one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from metaads.models import AdAccount
from optimization.guards import Judgement, judge_all
from optimization.ledger import Entry, record_many
from optimization.models import OPEN_STATUSES, Action, Run, Status
from optimization.queue.conflicts import Superseded
from optimization.queue.drafts import Draft
from optimization.queue.facts import Surroundings, Wish, facts_for, surroundings
from optimization.queue.standing import REJECTED_REASON, Standing, standing_of, supersede

REJECTED_STAYS_AWAY = timedelta(hours=72)


@dataclass
class Proposed:
    """Counts of one call. `blocked` counts by guard rail, `skipped` by reason."""

    created: list[Action] = field(default_factory=list)
    refreshed: int = 0
    superseded: int = 0
    blocked: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)


def wish_of(draft: Draft) -> Wish:
    return Wish(
        source=draft.source,
        kind=draft.kind,
        field=draft.field,
        before=draft.before,
        wanted=draft.wanted,
        data_read_at=draft.data_read_at,
        confidence=draft.confidence,
        spend=draft.spend,
        impressions=draft.impressions,
    )


MOST_PERCENT = 9_999_999  # Action.amount_pct has nine digits, two of them behind the point


def percent_change(before: int | str, after: int | str) -> Decimal | None:
    """Change of a budget in percent; None for a status, from nothing, or where the column could not hold it."""
    if not isinstance(before, int) or not isinstance(after, int) or before == 0:
        return None
    percent = Decimal(after - before) / before * 100
    return percent.quantize(Decimal("0.01")) if abs(percent) < MOST_PERCENT else None


def stake_of(field: str, before: int | str, after: int | str, spend_a_day: int | None) -> int | None:
    """Money that the change moves per day, minor unit; None = unknown.

    A daily budget by its own change, a lifetime budget by the same share of what is spent a day, a status by all of it.
    """
    if not isinstance(before, int) or not isinstance(after, int):
        return spend_a_day
    if field == "daily_budget":
        return abs(after - before)
    return None if spend_a_day is None or before == 0 else spend_a_day * abs(after - before) // before


def _rail_figures(draft: Draft) -> dict[str, Any]:
    """What the rails judged by, kept for their second look at execution."""
    return {"spend": None if draft.spend is None else str(draft.spend), "impressions": draft.impressions}


def _content(draft: Draft, judgement: Judgement, around: Surroundings) -> dict[str, Any]:
    return {
        "entity_name": draft.entity.name,
        "campaign_id": draft.entity.campaign_id,
        "campaign_name": draft.entity.campaign_name,
        "parameters": draft.parameters,
        "field": draft.field,
        "value_before": draft.before,
        "value_wanted": draft.wanted,
        "value_final": judgement.final,
        "currency": around.account.currency,
        "amount_pct": percent_change(draft.before, judgement.final),
        "at_stake": stake_of(draft.field, draft.before, judgement.final, draft.at_stake),
        "reason_code": draft.reason_code,
        "reason": draft.reason,
        "trace": draft.trace,
        "metrics": {**draft.metrics, "rails": _rail_figures(draft)},
        "data_read_at": draft.data_read_at,
        "confidence": draft.confidence,
        "confidence_note": draft.confidence_note,
        "verdicts": [verdict.as_json() for verdict in judgement.verdicts],
        "safety_score": judgement.safety,
        "rule_version": draft.rule_version,
        "tags": draft.tags,
        "stale_reason": "",
        "refreshed_at": around.now,
        "expires_at": around.now + settings.PROPOSAL_EXPIRES_AFTER,
    }


def _stake_moved(before: int | None, after: int | None) -> bool:
    """Whether the money at stake is another than a person saw: by more than a quarter, or known only once."""
    if before is None or after is None:
        return before is not after
    return abs(after - before) * 4 > before


def _refresh(action: Action, content: dict[str, Any]) -> Entry | None:
    """Sets an open proposal to its new content; an event only if what it wants has changed.

    Then, or when the money at stake moved by over 25 %, it is a new version: who saw the old one must look again.
    """
    changed = (action.value_before, action.value_final) != (content["value_before"], content["value_final"])
    values = {"before": content["value_before"], "wanted": content["value_final"], "instead_of": action.value_final}
    if changed or _stake_moved(action.at_stake, content["at_stake"]):
        action.version += 1
    for name, value in content.items():
        setattr(action, name, value)
    action.refresh_count += 1
    if not changed:
        return None
    return Entry("optimization_refreshed", "rule", values, action.public_id)


def _store_refreshed(actions: Sequence[Action], content: Iterable[str]) -> set[UUID]:
    """One upsert by id; status is not among its columns. Locked first, so that nobody decides on the old figures.

    Gives the public ids of those that were still open.
    """
    if not actions:
        return set()
    rows = Action.objects.select_for_update().filter(pk__in=[a.pk for a in actions], status__in=OPEN_STATUSES)
    still_open = set(rows.values_list("pk", flat=True))
    Action.objects.bulk_create(
        [action for action in actions if action.pk in still_open],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*content, "refresh_count", "version"],
    )
    return {action.public_id for action in actions if action.pk in still_open}


def _rejected(account: AdAccount, now: datetime) -> set[tuple[str, str, str]]:
    since = now - REJECTED_STAYS_AWAY
    rows = Action.objects.filter(account=account, status=Status.REJECTED, decided_at__gt=since)
    return set(rows.values_list("level", "entity_id", "kind"))


def without_rejected(account: AdAccount, drafts: Sequence[Draft], now: datetime) -> tuple[list[Draft], Counter[str]]:
    """Drafts that may compete, and a count of the others.

    What a person rejected must not win a conflict and then be skipped, for that would leave nothing.
    """
    away = _rejected(account, now)
    welcome = [draft for draft in drafts if draft.key not in away]
    left_out = len(drafts) - len(welcome)
    return welcome, Counter({REJECTED_REASON: left_out} if left_out else {})


def _standing(account: AdAccount, now: datetime) -> Standing:
    return standing_of(account, _rejected(account, now))


@transaction.atomic
def propose(
    account: AdAccount, winners: Sequence[Draft], losers: Sequence[Superseded], now: datetime, run: Run | None
) -> Proposed:
    """Guards, then stores. Serialised per account by a lock on its row. `now` is business time."""
    AdAccount.objects.select_for_update().get(pk=account.pk)
    result = Proposed()
    around, standing = surroundings(account, now), _standing(account, now)
    passed: list[Draft] = []
    entries: list[Entry] = []
    refreshed: list[Action] = []
    content: dict[str, Any] = {}
    for draft in winners:
        skip = standing.skip_reason(draft)
        if skip:
            result.skipped[skip] += 1
            continue
        current = draft.entity.value_of(draft.field)
        judgement = judge_all(facts_for(around, wish_of(draft), draft.entity, current))
        if judgement.blocked:
            result.blocked[judgement.blocked.guard] += 1
            continue
        passed.append(draft)
        content = _content(draft, judgement, around)
        existing = standing.open.get(draft.key)
        if existing:
            entry = _refresh(existing, content)
            entries += [entry] if entry else []
            refreshed.append(existing)
        else:
            result.created.append(_new(account, draft, content, run, now))
    result.superseded = supersede(standing, losers, passed, now)
    stored = _store_refreshed(refreshed, content)
    result.refreshed = len(stored)
    entries = [entry for entry in entries if entry.action_id in stored]
    Action.objects.bulk_create(result.created, batch_size=500)
    entries += [_suggested(action) for action in result.created]
    record_many(account.pk, entries, now)
    return result


def _new(account: AdAccount, draft: Draft, content: dict[str, Any], run: Run | None, now: datetime) -> Action:
    return Action(
        account=account,
        level=draft.entity.level,
        entity_id=draft.entity.meta_id,
        kind=draft.kind,
        source=draft.source,
        run=run,
        status=Status.SUGGESTED if draft.suggested_only else Status.PENDING,
        proposed_at=now,
        **content,
    )


def _suggested(action: Action) -> Entry:
    payload = {
        "kind": action.kind,
        "entity": f"{action.level}:{action.entity_id}",
        "field": action.field,
        "before": action.value_before,
        "wanted": action.value_wanted,
        "after_rails": action.value_final,
        "reason": action.reason,
        "rule_version": action.rule_version_id,
        "status": action.status,
    }
    return Entry("optimization_suggested", action.source, payload, action.public_id)
