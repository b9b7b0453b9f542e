"""Drafts become open proposals: one per entity and kind; a rule that fires again refreshes its open one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from intelligence.metrics.frame import Frame
from metaads.graph.money import money_text
from metaads.models import AdAccount
from optimization import bulk
from optimization.guards import Judgement, told, written
from optimization.ledger import Entry, record_many
from optimization.models import OPEN_STATUSES, Action, Run, Source, Status
from optimization.outcomes.expected import Change, changes_of
from optimization.queue.conflicts import Superseded
from optimization.queue.drafts import Draft
from optimization.queue.facts import Surroundings, surroundings
from optimization.queue.judging import Judged, judge, welcome
from optimization.queue.stakes import percent_change as percent_change
from optimization.queue.stakes import stake_of as stake_of
from optimization.queue.standing import Open, Standing, rejected_lately, standing_of
from optimization.queue.states import close_many


@dataclass
class Proposed:
    """Counts of one call, and what each draft was judged. `created` by public id, `blocked` counts by guard rail,
    `skipped` by reason.
    """

    created: dict[UUID, Draft] = field(default_factory=dict)
    refreshed: int = 0
    superseded: int = 0
    blocked: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    judged: Judged = field(default_factory=Judged)


def _rail_figures(draft: Draft) -> dict[str, Any]:
    """What the rails judged by, kept for their second look at execution."""
    spend = None if draft.spend is None else str(draft.spend)
    return {"spend": spend, "impressions": draft.impressions, "deciding": sorted(draft.deciding)}


def _content(draft: Draft, judgement: Judgement, expected: dict[str, Any], currency: str) -> dict[str, Any]:
    """What a proposal says, new or refreshed, but for the verdicts. `expected`: what it is to bring."""
    return {
        "entity_name": draft.entity.name,
        "campaign_id": draft.entity.campaign_id,
        "campaign_name": draft.entity.campaign_name,
        "parameters": draft.parameters,
        "field": draft.field,
        "value_before": draft.before,
        "value_wanted": draft.wanted,
        "value_final": judgement.final,
        "steps": [step.as_json() for step in draft.steps],
        "amount_pct": percent_change(draft.before, judgement.final),
        "at_stake": stake_of(draft.field, draft.before, judgement.final, draft.at_stake),
        "reason_code": draft.reason_code,
        "reason": _reason(draft, judgement, currency),
        "trace": draft.trace,
        "metrics": {**draft.metrics, "rails": _rail_figures(draft)},
        "data_read_at": draft.data_read_at,
        "confidence": draft.confidence,
        "confidence_note": draft.confidence_note,
        "safety_score": judgement.safety,
        "rule_version_id": draft.rule_version.pk if draft.rule_version else None,
        "tags": draft.tags,
        "may_act_alone": draft.may_act_alone,
        "expected": expected,
    }


def _expected(judged: Iterable[tuple[Draft, Judgement]]) -> list[dict[str, Any]]:
    return changes_of([Change(draft.expected, draft.field, draft.before, one.final) for draft, one in judged])


def _reason(draft: Draft, judgement: Judgement, currency: str) -> str:
    """The optimiser's names the size that it wanted, so what the rails left of it as well."""
    if draft.source != Source.OPTIMIZER or judgement.final == draft.wanted or not isinstance(judgement.final, int):
        return draft.reason
    return f"{draft.reason} The guard rails leave {money_text(judgement.final, currency)}."


def _alike(around: Surroundings) -> dict[str, Any]:
    """What all proposals of one call say alike."""
    expires = around.now + settings.PROPOSAL_EXPIRES_AFTER
    return {
        "currency": around.account.currency,
        "stale_reason": "",
        "modified_from": None,
        "refreshed_at": around.now,
        "expires_at": expires,
    }


def _stake_moved(before: int | None, after: int | None) -> bool:
    """Whether the money at stake is another than a person saw: by more than a quarter, or known only once."""
    if before is None or after is None:
        return before is not after
    return abs(after - before) * 4 > before


def _changed(proposal: Open, content: dict[str, Any]) -> bool:
    """Values, or steps: two copies may differ though neither sets anything that exists."""
    steps = [step.as_json() for step in proposal.steps]
    now = content["value_before"], content["value_final"], content["steps"]
    return (proposal.before, proposal.final, steps) != now


def _versions_on(proposal: Open, content: dict[str, Any]) -> bool:
    """Whether it is a new version, so that who saw the old one must look again: it wants something else, another rule
    version wants it, or the money at stake moved by over 25 %.
    """
    other = proposal.made_by != content["rule_version_id"]
    return other or _changed(proposal, content) or _stake_moved(proposal.at_stake, content["at_stake"])


def _refreshed(proposal: Open, content: dict[str, Any]) -> Entry:
    values = {"before": content["value_before"], "wanted": content["value_final"], "instead_of": proposal.final}
    values |= {"steps": content["steps"]} if content["steps"] else {}
    who = proposal.source if proposal.source == Source.OPTIMIZER else "rule"
    return Entry("optimization_refreshed", who, values, proposal.public_id)


def _store_refreshed(refreshed: Sequence[tuple[Open, dict[str, Any]]], around: Surroundings) -> set[UUID]:
    """One update; status is not among its columns. Locked first, so that nobody decides on the old figures.

    Gives the public ids of those that were still open.
    """
    if not refreshed:
        return set()
    wanted = [proposal.pk for proposal, _ in refreshed]
    locked = Action.objects.select_for_update().filter(pk__in=wanted, status__in=OPEN_STATUSES)
    counts = dict(locked.values_list("pk", "refresh_count"))
    names = [*refreshed[0][1], "version", "refresh_count"]
    rows = [
        (old.pk, *content.values(), old.version + _versions_on(old, content), counts[old.pk] + 1)
        for old, content in refreshed
        if old.pk in counts
    ]
    bulk.update(Action, names, rows, _alike(around))
    return {proposal.public_id for proposal, _ in refreshed if proposal.pk in counts}


def without_rejected(account: AdAccount, drafts: Sequence[Draft], now: datetime) -> tuple[list[Draft], Counter[str]]:
    """As `judging.welcome`, by what was rejected in this account."""
    return welcome(drafts, rejected_lately(account, now))


@transaction.atomic
def propose(
    account: AdAccount,
    winners: Sequence[Draft],
    losers: Sequence[Superseded],
    now: datetime,
    run: Run | None,
    made: Mapping[str, Frame] | None = None,
) -> Proposed:
    """Guards, then stores. Serialised per account by a lock on its row. `now` is business time; `made`: whole tables
    by level that need not be read again."""
    AdAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    around, standing = surroundings(account, now, made=made), standing_of(account, now)
    return _store(judge(winners, losers, around, standing), around, standing, run)


def _store(judged: Judged, around: Surroundings, standing: Standing, run: Run | None) -> Proposed:
    skipped = Counter(reason for _, reason in judged.skipped)
    result = Proposed(blocked=_blocked_by(judged), skipped=skipped, judged=judged)
    new: list[tuple[Draft, dict[str, Any]]] = []
    refreshed: list[tuple[Open, dict[str, Any]]] = []
    for (draft, judgement), expected in zip(judged.passed, _expected(judged.passed), strict=True):
        content = _content(draft, judgement, expected, around.account.currency) | {
            "verdicts": bulk.Written(written(judgement))
        }
        existing = standing.refreshed(draft)
        if existing:
            # Tags are people's by now: a rule gives them once.
            refreshed.append((existing, {name: value for name, value in content.items() if name != "tags"}))
        else:
            new.append((draft, content))
    doomed = {proposal.pk: reason for proposal, reason in judged.displaced}
    result.superseded = close_many(around.account.pk, doomed, Status.SUPERSEDED, now=around.now, actor="rule")
    stored = _store_refreshed(refreshed, around)
    result.refreshed = len(stored)
    changed = [(old, content) for old, content in refreshed if old.public_id in stored and _changed(old, content)]
    entries = [_refreshed(old, content) for old, content in changed] + _store_new(new, around, run, result)
    record_many(around.account.pk, entries, around.now)
    return result


def _store_new(
    new: Sequence[tuple[Draft, dict[str, Any]]], around: Surroundings, run: Run | None, result: Proposed
) -> list[Entry]:
    """Their events, to be recorded."""
    if not new:
        return []
    shared = {**_alike(around), "account_id": around.account.pk, "run_id": run and run.pk, "proposed_at": around.now}
    names = ("public_id", "level", "entity_id", "kind", "source", "status", *new[0][1])
    rows, entries = [], []
    for draft, content in new:
        public_id, status = uuid4(), Status.SUGGESTED if draft.suggested_only else Status.PENDING
        rows.append((public_id, *draft.key, draft.source, status, *content.values()))
        entries.append(_suggested(public_id, draft, status, content))
        result.created[public_id] = draft
    bulk.insert(Action, names, rows, shared)
    return entries


def _blocked_by(judged: Judged) -> Counter[str]:
    return Counter(judgement.blocked.guard for _, judgement in judged.blocked if judgement.blocked)


def _suggested(public_id: UUID, draft: Draft, status: Status, content: Mapping[str, Any]) -> Entry:
    payload = {
        "kind": draft.kind,
        "entity": f"{draft.entity.level}:{draft.entity.meta_id}",
        "field": draft.field,
        "before": draft.before,
        "wanted": draft.wanted,
        "after_rails": content["value_final"],
        **({"steps": content["steps"]} if content["steps"] else {}),
        "reason": draft.reason,
        "rule_version": content["rule_version_id"],
        "status": status,
    }
    return Entry("optimization_suggested", draft.source, payload, public_id)


def content_of(draft: Draft, judgement: Judgement, around: Surroundings) -> dict[str, Any]:
    """All that a proposal stored by itself says, but for whose it is, its entity's key, status and time of proposal."""
    content = _content(draft, judgement, _expected([(draft, judgement)])[0], around.account.currency)
    return {**content, "verdicts": told(judgement), **_alike(around)}
