"""What rules want at a moment. Reads nothing but what `Known` gives, writes nothing, tells nobody.

The live cycle, preview, dry run and back-test all ask here, each with a `Known` of its own:
`wants` -> `queue.judging.welcome` -> `queue.conflicts.resolve` -> `explain` -> `queue.judging.judge`.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np

from intelligence.metrics import catalog
from intelligence.metrics.frame import Frame
from metaads.graph.money import to_minor
from metaads.models import AdAccount
from optimization.amounts import within
from optimization.entities import Entity
from optimization.evidence import SUPPORTING, figures, sentence, supporting
from optimization.gathered import SKIPPED, Failure, Gathered, Known, Look, Match, Recent
from optimization.kinds import KINDS, FieldChange, Refusal
from optimization.models import Source
from optimization.queue.drafts import Draft
from optimization.rules.confidence import Confidence
from optimization.rules.confidence import explained as confidences_of
from optimization.rules.evaluate import Outcome, evaluate, evaluate_many
from optimization.rules.schema import RuleAction
from optimization.rules.sheet import Context
from optimization.steps import STEPS, Plan, moved
from optimization.trial.rollout import within_share
from optimization.world import NotKnown, Tighter, World

__all__ = ["Failure", "Gathered", "Known", "Look", "Match", "Recent", "explain", "wants", "why_not"]

log = logging.getLogger(__name__)
DAY = timedelta(days=1)
STAKE_FIELD = catalog.resolve("spend_7d")
NAME_FIELD = catalog.resolve("name")
VANISHED = "It vanished at Meta."


def wants(
    account: AdAccount, looks: Sequence[Look], frames: Mapping[str, Frame], known: Known, now: datetime
) -> Gathered:
    """Evaluates all looks on the frames of their levels and turns matches into drafts.

    `frames`: level -> frame fresh enough to decide on. A rule of a level without one is not looked at.
    """
    result = Gathered()
    for level, frame in frames.items():
        of_level = [look for look in looks if look.rule.level == level]
        if of_level:
            _look_at(of_level, frame, known.context(frame), result)
    entities = _entities(known, result.matches)
    for match in list(result.matches):
        result.isolated(match, partial(_drafts_of, account, match, entities[match.frame.level], known, now, result))
    return result


def _look_at(looks: Sequence[Look], frame: Frame, context: Context, result: Gathered) -> None:
    for look, outcome in zip(looks, _outcomes(looks, frame, context, result), strict=True):
        if outcome is None:
            result.problems.append(f"Rule {look.rule.name} could not be evaluated.")
            continue
        result.outcomes.append((look, outcome))
        result.evaluated[look.rule.pk] = int(np.count_nonzero(outcome.covered))
        rows = outcome.rows.tolist()
        if rows:
            ids = frame.ids[outcome.rows].tolist()
            result.matches.append(Match(look.rule, look.version, look.compiled, frame, outcome, ids, rows))


def _outcomes(looks: Sequence[Look], frame: Frame, context: Context, result: Gathered) -> list[Outcome | None]:
    """All at once; if one errs, one by one, so that the others run on and only the culprit counts a failure."""
    try:
        return list(evaluate_many([look.compiled for look in looks], frame, context))
    except Exception:
        log.exception("evaluating together failed, so each rule by itself")
    outcomes: list[Outcome | None] = []
    for look in looks:
        try:
            outcomes.append(evaluate(look.compiled, frame, context))
        except Exception as error:
            log.exception("rule %s failed", look.rule.pk)
            result.failures.append(Failure(look.rule, look.version, str(error) or type(error).__name__))
            outcomes.append(None)
    return outcomes


def _entities(known: Known, matches: Iterable[Match]) -> dict[str, Mapping[str, Entity]]:
    """Every entity that some rule wants to change, asked for once per level; whole where a kind looks that deep."""
    wanted: dict[str, set[str]] = {}
    deep: dict[str, set[str]] = {}
    for match in matches:
        ids, step = wanted.setdefault(match.frame.level, set()), match.compiled.document.change
        if step is not None:
            (deep.setdefault(match.frame.level, set()) if KINDS[step.kind].looks_deep else ids).update(match.ids)
    found: dict[str, Mapping[str, Entity]] = {level: known.entities(level, ids) for level, ids in wanted.items()}
    for level, ids in deep.items():
        found[level] = {**found[level], **known.entities(level, ids, whole=True)}
    return found


def _drafts_of(
    account: AdAccount, match: Match, entities: Mapping[str, Entity], known: Known, now: datetime, result: Gathered
) -> None:
    step = match.compiled.document.change
    if step is None:
        return
    kind = KINDS[step.kind]
    spends = catalog.column(match.frame, STAKE_FIELD)
    recent = known.recent(match.rule.pk, max(match.compiled.document.safety.cooldown_hours or 0, 24))
    world = _world(match, known, [entities[one] for one in match.ids if one in entities])
    sure = confidences_of(match.compiled, match.outcome.sheet, np.array(match.rows, dtype=np.intp))
    errors: dict[str, str] = {}
    for entity_id, row, confidence in zip(match.ids, match.rows, sure, strict=True):
        entity = entities.get(entity_id)
        try:
            change = kind.plan(entity, step.parameters, world) if entity else Refusal(VANISHED)
        except NotKnown as missing:
            change = Refusal(str(missing))
        except Exception as error:
            log.exception("rule %s failed on %s", match.rule.pk, entity_id)
            errors[entity_id] = str(error) or type(error).__name__
            continue
        if not isinstance(change, Refusal) and (why := why_not(match, change.entity, recent, now)):
            change = Refusal(why)
        if isinstance(change, Refusal):
            result.refused[change.reason] = result.refused.get(change.reason, 0) + 1
            result.fates[id(match.version), entity_id] = SKIPPED, change.reason
            continue
        result.drafts.append(_draft(account, match, step, change, entity_id, float(spends[row]), confidence, world))
    result.erred(match, errors, len(match.ids))


def _world(match: Match, known: Known, about: Sequence[Entity]) -> World:
    """What kinds may ask; a rule's own largest change binds what they solve, as it trims a single budget."""
    world, most = known.world(about), match.compiled.document.safety.max_change_percent
    return world if most is None else Tighter(world, float(most))


Check = Callable[[Match, Entity, Recent, datetime], str]


def _cooling_down(match: Match, entity: Entity, recent: Recent, now: datetime) -> str:
    hours, times = match.compiled.document.safety.cooldown_hours, recent.get((entity.level, entity.meta_id))
    if hours and times and now - max(times) < timedelta(hours=hours):
        return "The rule's own cooldown is not over."
    return ""


def _changed_enough(match: Match, entity: Entity, recent: Recent, now: datetime) -> str:
    most, times = match.compiled.document.safety.max_changes_per_day, recent.get((entity.level, entity.meta_id), ())
    if most and sum(moment > now - DAY for moment in times) >= most:
        return "The rule has changed it as often as it may in a day."
    return ""


CHECKS: tuple[Check, ...] = (_cooling_down, _changed_enough)
"""Why a rule that matched does not want the change all the same, in its own words; the first reason counts."""


def why_not(match: Match, entity: Entity, recent: Recent, now: datetime) -> str:
    """Empty = the rule may want it."""
    return next((why for check in CHECKS if (why := check(match, entity, recent, now))), "")


def _within_safety(match: Match, change: FieldChange) -> Any:
    most = match.compiled.document.safety.max_change_percent
    return change.wanted if most is None else within(change.before, change.wanted, most)


def _draft(
    account: AdAccount,
    match: Match,
    step: RuleAction,
    change: FieldChange | Plan,
    asked_of: str,
    spend: float,
    confidence: Confidence,
    world: World,
) -> Draft:
    """Without its evidence, which `explain` adds to the drafts that win."""
    stake = None if np.isnan(spend) else to_minor(Decimal(str(round(spend / 7, 6))), account.currency)
    what = planned(change, world, stake) if isinstance(change, Plan) else _single(match, change, stake)
    return Draft(
        **what,
        source=Source.RULE,
        entity=change.entity,
        kind=step.kind,
        parameters=step.parameters,
        reason_code=match.rule.category,
        reason=change.note,
        priority=match.rule.priority,
        trace={},
        metrics={},
        data_read_at=match.frame.read_at,
        rule_version=match.version,
        confidence=confidence.value,
        confidence_note=confidence.note,
        suggested_only=match.compiled.document.mode == "suggestion_only",
        may_act_alone=within_share(match.rule, match.compiled.document, change.entity),
        asked_of=asked_of,
        deciding=match.compiled.deciding,
    )


def _single(match: Match, change: FieldChange, stake: int | None) -> dict[str, Any]:
    wanted = _within_safety(match, change)
    return {"field": change.field, "before": change.before, "wanted": wanted, "at_stake": stake}


def planned(plan: Plan, world: World, spend_a_day: int | None) -> dict[str, Any]:
    """At stake are all moves up; where no budget moves, what its entity spends a day."""
    near = [plan.entity, *world.children(plan.entity)] if any(step.op == "set" for step in plan.steps) else []
    concerns = {(one.level, one.meta_id): one for one in near}
    wanted = {(step.level, step.entity_id) for step in plan.steps if step.op == "set"}
    stake = moved(plan.steps)
    return {
        "field": STEPS,
        "before": plan.before,
        "wanted": plan.wanted,
        "steps": plan.steps,
        "concerns": {key: one for key, one in concerns.items() if key in wanted},
        "at_stake": spend_a_day if stake is None else stake,
    }


def explain(currency: str, drafts: Sequence[Draft], gathered: Gathered) -> list[Draft]:
    """The same drafts with trace, figures and the sentence why. Only those that won a conflict are worth it.

    Drafts of a rule that cannot be explained are left out, and its failure is noted in `gathered`.
    """
    places: dict[int, list[int]] = {}
    for place, draft in enumerate(drafts):
        places.setdefault(id(draft.rule_version), []).append(place)
    explained: dict[int, Draft] = {}
    for match in list(gathered.matches):
        if mine := places.get(id(match.version)):
            gathered.isolated(match, partial(_explain_match, currency, match, drafts, mine, explained, gathered))
    return [explained[place] for place in sorted(explained)]


def _explain_match(
    currency: str,
    match: Match,
    drafts: Sequence[Draft],
    places: Sequence[int],
    explained: dict[int, Draft],
    gathered: Gathered,
) -> None:
    place_of = dict(zip(match.ids, match.rows, strict=True))
    rows = [place_of[drafts[place].asked_of] for place in places]
    traces, errors = _traces(match, rows, currency)
    done = {}
    for place, trace, beside in zip(places, traces, supporting(match.frame, rows), strict=True):
        draft = drafts[place]
        if trace is None:
            continue
        reason = " ".join(part for part in (sentence(trace, currency), draft.reason) if part)
        found = {**figures(trace), SUPPORTING: beside, **_moved_from(match, draft)}
        done[place] = replace(draft, trace=trace, metrics=found, reason=reason)
    gathered.erred(match, errors, len(places))
    explained.update(done)


def _traces(match: Match, rows: Sequence[int], currency: str) -> tuple[Sequence[dict[str, Any] | None], dict[str, str]]:
    """All at once; if that errs, one by one. None and the reason (by entity) where it erred."""
    try:
        return match.outcome.traces(np.array(rows, dtype=np.intp), currency), {}
    except Exception:
        log.exception("rule %s cannot be traced at once, so each entity by itself", match.rule.pk)
    traces: list[dict[str, Any] | None] = []
    errors: dict[str, str] = {}
    for row in rows:
        try:
            traces += match.outcome.traces(np.array([row], dtype=np.intp), currency)
        except Exception as error:
            errors[str(match.frame.ids[row])] = str(error) or type(error).__name__
            traces.append(None)
    return traces, errors


def _moved_from(match: Match, draft: Draft) -> dict[str, Any]:
    """Whose figures these are, where the change moved to the parent that carries the budget."""
    row = None if draft.asked_of == draft.entity.meta_id else match.frame.row(draft.asked_of)
    if row is None:
        return {}
    name = str(catalog.column(match.frame, NAME_FIELD)[row])
    return {"asked_of": {"level": match.frame.level, "id": draft.asked_of, "name": name}}
