"""From rules and frames to drafts: what the rules that are due want at this moment."""

import logging
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np

from intelligence.metrics import catalog
from intelligence.metrics.frame import Frame
from metaads.graph.money import to_minor
from metaads.models import AdAccount
from optimization.entities import Entity, load
from optimization.evidence import figures, sentence
from optimization.kinds import KINDS, FieldChange, Refusal
from optimization.models import Action, Rule, RuleVersion, Run, Source
from optimization.queue.drafts import Draft
from optimization.rules import services
from optimization.rules.compile import CompiledRule, compile_version
from optimization.rules.evaluate import Outcome, evaluate, evaluate_many
from optimization.rules.history import context_for
from optimization.rules.schedule import is_due
from optimization.rules.schema import RuleAction
from optimization.rules.selectors import active_rules
from optimization.rules.sheet import Context

log = logging.getLogger(__name__)
STAKE_FIELD = catalog.resolve("spend_7d")
NAME_FIELD = catalog.resolve("name")


@dataclass(frozen=True)
class Match:
    """One rule that matched in one frame: `rows` are positions in it, `ids` the entities there."""

    rule: Rule
    version: RuleVersion
    compiled: CompiledRule
    frame: Frame
    outcome: Outcome
    ids: list[str]
    rows: list[int]


@dataclass
class Gathered:
    """What a gathering found. `refused`: reasons of kinds that had nothing to do, with counts."""

    drafts: list[Draft] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    evaluated: dict[int, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)

    def isolated(self, match: Match, now: datetime, work: Callable[[], None]) -> None:
        """Does `work` for one match. If it errs, that rule alone counts a failure and wants nothing this time."""
        try:
            work()
        except Exception as error:
            log.exception("rule %s failed", match.rule.pk)
            services.record_failure(match.rule, str(error) or type(error).__name__, now)
            self.problems.append(f"Rule {match.rule.name} failed: {error}")
            self.evaluated.pop(match.rule.pk, None)
            self.drafts = [draft for draft in self.drafts if draft.rule_version != match.version]
            self.matches = [other for other in self.matches if other.version != match.version]


def due_rules(
    account: AdAccount, now: datetime, every: Container[str] | None = None
) -> list[tuple[Rule, RuleVersion, CompiledRule]]:
    """Active rules whose schedule asks for a look now, compiled. A rule that cannot be compiled counts a failure.

    `every`: only rules with one of these schedules.
    """
    last = _last_looks(account, now)
    found = []
    for rule in active_rules(account):
        version = rule.current
        if version is None:
            continue
        try:
            compiled = compile_version(version)
        except Exception as error:
            log.exception("rule %s cannot be compiled", rule.pk)
            if every is None:  # counted once an evaluation, not at each look between two
                services.record_failure(rule, str(error), now)
            continue
        schedule = compiled.document.schedule
        if every is not None and schedule.every not in every:
            continue
        if is_due(schedule, account.zone, now, last.get(rule.pk)):
            found.append((rule, version, compiled))
    return found


def _last_looks(account: AdAccount, now: datetime) -> dict[int, datetime]:
    """When each rule was last looked at for this account, as far as its schedule can ask (two days)."""
    looks: dict[int, datetime] = {}
    runs = Run.objects.filter(
        account=account, kind__in=("evaluate", "live"), started_at__gt=now - timedelta(days=2), started_at__lt=now
    )
    for started, counts in runs.order_by("started_at").values_list("started_at", "counts"):
        looks.update(dict.fromkeys(counts.get("rules", []), started))
    return looks


def gather(
    account: AdAccount, frames: Mapping[str, Frame], now: datetime, every: Container[str] | None = None
) -> Gathered:
    """Evaluates all due rules on the frames of their levels and turns matches into drafts.

    `frames`: level -> frame fresh enough to decide on. A rule of a level without one is not looked at. `every`: only
    rules with one of these schedules.
    """
    result = Gathered()
    due = due_rules(account, now, every)
    for level, frame in frames.items():
        of_level = [entry for entry in due if entry[0].level == level]
        if not of_level:
            continue
        context = context_for(account, frame)
        for (rule, version, compiled), outcome in zip(of_level, _outcomes(of_level, frame, context, now), strict=True):
            if outcome is None:
                result.problems.append(f"Rule {rule.name} could not be evaluated.")
                continue
            result.evaluated[rule.pk] = int(np.count_nonzero(outcome.covered))
            rows = [int(i) for i in outcome.rows]
            if rows:
                ids = [str(frame.ids[i]) for i in rows]
                result.matches.append(Match(rule, version, compiled, frame, outcome, ids, rows))
    entities = _entities(account, result.matches)
    for match in list(result.matches):
        result.isolated(match, now, partial(_drafts_of, account, match, entities[match.frame.level], result))
    for rule, _, _ in due:
        if rule.pk in result.evaluated:
            services.clear_failures(rule)
    return result


def _moved_from(match: Match, draft: Draft) -> dict[str, Any]:
    """Whose figures these are, where the change moved to the parent that carries the budget."""
    row = match.frame.row(draft.asked_of)
    if draft.asked_of == draft.entity.meta_id or row is None:
        return {}
    name = str(catalog.column(match.frame, NAME_FIELD)[row])
    return {"asked_of": {"level": match.frame.level, "id": draft.asked_of, "name": name}}


def _entities(account: AdAccount, matches: Iterable[Match]) -> dict[str, dict[str, Entity]]:
    """Every entity that some rule wants to change, loaded once per level."""
    wanted: dict[str, set[str]] = {}
    for match in matches:
        ids = wanted.setdefault(match.frame.level, set())
        if match.compiled.document.change is not None:
            ids.update(match.ids)
    return {level: load(account, level, ids) for level, ids in wanted.items()}


def explain(account: AdAccount, drafts: Sequence[Draft], gathered: Gathered, now: datetime) -> list[Draft]:
    """The same drafts with trace, figures and the sentence why. Only those that won a conflict are worth it.

    Drafts of a rule that cannot be explained are left out, and its failure is counted.
    """
    explained: dict[int, Draft] = {}
    for match in list(gathered.matches):
        places = [place for place, draft in enumerate(drafts) if draft.rule_version == match.version]
        if places:
            work = partial(_explain_match, account.currency, match, drafts, places, explained)
            gathered.isolated(match, now, work)
    return [explained[place] for place in sorted(explained)]


def _explain_match(
    currency: str, match: Match, drafts: Sequence[Draft], places: Sequence[int], explained: dict[int, Draft]
) -> None:
    rows = [match.frame.row(drafts[place].asked_of) for place in places]
    traces = match.outcome.traces(np.array(rows, dtype=np.intp))
    done = {}
    for place, trace in zip(places, traces, strict=True):
        draft = drafts[place]
        reason = " ".join(part for part in (sentence(trace, currency), draft.reason) if part)
        found = {**figures(trace), **_moved_from(match, draft)}
        done[place] = replace(draft, trace=trace, metrics=found, reason=reason)
    explained.update(done)


def _outcomes(
    rules: list[tuple[Rule, RuleVersion, CompiledRule]], frame: Frame, context: Context, now: datetime
) -> list[Outcome | None]:
    """All at once; if one errs, one by one, so that the others run on and only the culprit counts a failure."""
    try:
        return list(evaluate_many([compiled for _, _, compiled in rules], frame, context))
    except Exception:
        log.exception("evaluating together failed, so each rule by itself")
    outcomes: list[Outcome | None] = []
    for rule, _, compiled in rules:
        try:
            outcomes.append(evaluate(compiled, frame, context))
        except Exception as error:
            log.exception("rule %s failed", rule.pk)
            services.record_failure(rule, str(error), now)
            outcomes.append(None)
    return outcomes


def _drafts_of(account: AdAccount, match: Match, entities: Mapping[str, Entity], result: Gathered) -> None:
    step = match.compiled.document.change
    if step is None:
        return
    kind = KINDS[step.kind]
    spends = catalog.column(match.frame, STAKE_FIELD)
    recent = _recent_by_rule(account, match, match.frame.at)
    for entity_id, row in zip(match.ids, match.rows, strict=True):
        entity = entities.get(entity_id)
        change = kind.change(entity, step.parameters, account.currency) if entity else Refusal("It vanished at Meta.")
        if isinstance(change, FieldChange) and (why := _safety_says_no(match, change.entity, recent)):
            change = Refusal(why)
        if isinstance(change, Refusal):
            result.refused[change.reason] = result.refused.get(change.reason, 0) + 1
            continue
        result.drafts.append(_draft(account, match, step, change, entity_id, float(spends[row])))


def _recent_by_rule(account: AdAccount, match: Match, now: datetime) -> dict[tuple[str, str], list[datetime]]:
    """When this rule's actions were executed, per entity, in its own cooldown or the last day."""
    hours = max(match.compiled.document.safety.cooldown_hours or 0, 24)
    rows = Action.objects.filter(
        account=account, rule_version__rule=match.rule, executed_at__gt=now - timedelta(hours=hours)
    ).values_list("level", "entity_id", "executed_at")
    found: dict[tuple[str, str], list[datetime]] = {}
    for level, entity_id, when in rows:
        if when is not None:
            found.setdefault((level, entity_id), []).append(when)
    return found


def _safety_says_no(match: Match, entity: Entity, recent: dict[tuple[str, str], list[datetime]]) -> str:
    """The rule's own safety block: cooldown and changes per day of one entity; empty = it may."""
    safety, times = match.compiled.document.safety, recent.get((entity.level, entity.meta_id), [])
    if safety.cooldown_hours and times and match.frame.at - max(times) < timedelta(hours=safety.cooldown_hours):
        return "The rule's own cooldown is not over."
    day_ago = match.frame.at - timedelta(days=1)
    if safety.max_changes_per_day and sum(t > day_ago for t in times) >= safety.max_changes_per_day:
        return "The rule has changed it as often as it may in a day."
    return ""


def _within_safety(match: Match, change: FieldChange) -> int | str:
    most = match.compiled.document.safety.max_change_percent
    if most is None or not isinstance(change.before, int) or not isinstance(change.wanted, int):
        return change.wanted
    room = int(change.before * most / 100)
    return max(change.before - room, min(change.before + room, change.wanted))


def _draft(
    account: AdAccount, match: Match, step: RuleAction, change: FieldChange, asked_of: str, spend: float
) -> Draft:
    """Without its evidence, which `explain` adds to the drafts that win."""
    stake = None if np.isnan(spend) else to_minor(Decimal(str(round(spend / 7, 6))), account.currency)
    return Draft(
        source=Source.RULE,
        entity=change.entity,
        kind=step.kind,
        parameters=step.parameters,
        field=change.field,
        before=change.before,
        wanted=_within_safety(match, change),
        reason_code=match.rule.category,
        reason=change.note,
        priority=match.rule.priority,
        trace={},
        metrics={},
        data_read_at=match.frame.read_at,
        rule_version=match.version,
        at_stake=stake,
        suggested_only=match.compiled.document.mode == "suggestion_only",
        asked_of=asked_of,
    )
