"""Drafts become open proposals: one per entity and kind; a rule that fires again refreshes its open one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from metaads.models import AdAccount
from optimization.guards import Judgement
from optimization.ledger import Entry, record_many
from optimization.models import OPEN_STATUSES, Action, Run, Status
from optimization.queue.conflicts import Superseded
from optimization.queue.drafts import Draft
from optimization.queue.facts import Surroundings, surroundings
from optimization.queue.judging import Judged, judge, welcome
from optimization.queue.standing import Open, Standing, rejected_lately, standing_of
from optimization.queue.states import LostRace, move


@dataclass
class Proposed:
    """Counts of one call. `blocked` counts by guard rail, `skipped` by reason."""

    created: list[Action] = field(default_factory=list)
    refreshed: int = 0
    superseded: int = 0
    blocked: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)


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


def _changed(proposal: Open, content: dict[str, Any]) -> bool:
    return (proposal.before, proposal.final) != (content["value_before"], content["value_final"])


def _versions_on(proposal: Open, content: dict[str, Any]) -> bool:
    """Whether it is a new version, so that who saw the old one must look again: it wants something else, or the money
    at stake moved by over 25 %.
    """
    return _changed(proposal, content) or _stake_moved(proposal.at_stake, content["at_stake"])


def _refreshed(proposal: Open, content: dict[str, Any]) -> Entry:
    values = {"before": content["value_before"], "wanted": content["value_final"], "instead_of": proposal.final}
    return Entry("optimization_refreshed", "rule", values, proposal.public_id)


def _store_refreshed(refreshed: Sequence[tuple[Open, dict[str, Any]]]) -> set[UUID]:
    """One upsert by id; status is not among its columns. Locked first, so that nobody decides on the old figures.

    Gives the public ids of those that were still open.
    """
    if not refreshed:
        return set()
    wanted = [proposal.pk for proposal, _ in refreshed]
    still_open = Action.objects.select_for_update().filter(pk__in=wanted, status__in=OPEN_STATUSES).in_bulk()
    actions = []
    for proposal, content in refreshed:
        action = still_open.get(proposal.pk)
        if action is None:
            continue
        for name, value in content.items():
            setattr(action, name, value)
        action.refresh_count += 1
        action.version += _versions_on(proposal, content)
        actions.append(action)
    Action.objects.bulk_create(
        actions,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*refreshed[0][1], "refresh_count", "version"],
    )
    return {action.public_id for action in actions}


def without_rejected(account: AdAccount, drafts: Sequence[Draft], now: datetime) -> tuple[list[Draft], Counter[str]]:
    """As `judging.welcome`, by what was rejected in this account."""
    return welcome(drafts, rejected_lately(account, now))


@transaction.atomic
def propose(
    account: AdAccount, winners: Sequence[Draft], losers: Sequence[Superseded], now: datetime, run: Run | None
) -> Proposed:
    """Guards, then stores. Serialised per account by a lock on its row. `now` is business time."""
    AdAccount.objects.select_for_update().get(pk=account.pk)
    around, standing = surroundings(account, now), standing_of(account, now)
    return _store(judge(winners, losers, around, standing), around, standing, run)


def _store(judged: Judged, around: Surroundings, standing: Standing, run: Run | None) -> Proposed:
    account, now = around.account, around.now
    result = Proposed(blocked=_blocked_by(judged), skipped=Counter(reason for _, reason in judged.skipped))
    refreshed: list[tuple[Open, dict[str, Any]]] = []
    for draft, judgement in judged.passed:
        content = _content(draft, judgement, around)
        existing = standing.open.get(draft.key)
        if existing:
            refreshed.append((existing, content))
        else:
            result.created.append(_new(account, draft, content, run, now))
    result.superseded = sum(close(proposal.pk, reason, now) for proposal, reason in judged.displaced)
    stored = _store_refreshed(refreshed)
    result.refreshed = len(stored)
    told = [(old, new) for old, new in refreshed if old.public_id in stored and _changed(old, new)]
    Action.objects.bulk_create(result.created, batch_size=500)
    entries = [_refreshed(old, new) for old, new in told] + [_suggested(action) for action in result.created]
    record_many(account.pk, entries, now)
    return result


def _blocked_by(judged: Judged) -> Counter[str]:
    return Counter(judgement.blocked.guard for _, judgement in judged.blocked if judgement.blocked)


def close(action_id: int, reason: str, now: datetime) -> int:
    """1 if it was closed, 0 if a person decided on it at this very moment: that stands."""
    try:
        loser = Action.objects.get(pk=action_id, status__in=OPEN_STATUSES)
        move(loser, Status.SUPERSEDED, now=now, actor="rule", payload={"reason": reason}, outcome_note=reason)
    except (LostRace, Action.DoesNotExist):
        return 0
    return 1


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
