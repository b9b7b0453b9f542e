"""After a run: what the database says, what Meta accepted, and what Meta shows, held against each other."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from metaads.graph.client import client_for
from metaads.models import AdAccount
from metaads.reader.marked import OF_EDGE
from optimization import pipeline
from optimization.ledger import events_of, verify
from optimization.models import Action, LimitCounter, Status
from optimization.queue.reserve import counter_names
from tests.benchmarks.chaos.audit_plans import look
from tests.benchmarks.chaos.facts import Field
from tests.benchmarks.chaos.plan import NEVER, Drawn

MOST_CHANGES = 4
Edits = dict[str, int]
"""Daily budgets that somebody else set, by ad set."""


@dataclass
class Findings:
    """Each entry names an action or object and what is wrong with it; a sound run has none."""

    doubled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    counters: list[str] = field(default_factory=list)
    ledger: list[str] = field(default_factory=list)


def audit(ground: Field, drawn: list[Drawn], since: int, edits: Edits) -> tuple[Findings, dict[str, int]]:
    """Findings, and the count of actions by status. Ends all faults first; `since`: number of the last older write.

    `edits`: what somebody else set meanwhile.
    """
    ground.control.call("DELETE", "faults")
    for account in {one.action.account_id: one.action.account for one in drawn}.values():
        pipeline.expire(account, timezone.now())
    for one in drawn:
        one.action.refresh_from_db()
    writes = [w for w in ground.control.call("GET", "writes", {"after": since})["writes"] if w["effect"]]
    changed = [w for w in writes if w["before"]]
    sent = Counter((w["object_id"], name, value) for w in changed for name, value in w["after"].items())
    findings = Findings(ledger=[str(problem) for problem in verify()])
    live = _live_values({one.action.account_id: one.action.account for one in drawn}.values())
    allowed = {(entity_id, "daily_budget", value) for entity_id, value in edits.items()}
    for one in drawn:
        if one.is_plan:
            wrong, mine = look(one.action, one.sort, sent)
            allowed |= mine
            for name, texts in wrong.items():
                getattr(findings, name).extend(texts)
        else:
            _judge(one, drawn, sent[_key(one.action)], live.get(_key(one.action)[:2]), edits, findings)
    _strangers(drawn, sent, allowed, findings)
    _unmarked([w for w in writes if not w["before"]], drawn, findings)
    _counters(drawn, findings)
    return findings, dict(Counter(str(one.action.status) for one in drawn))


def _key(action: Action) -> tuple[str, str, Any]:
    return action.entity_id, action.field, action.value_final


def _live_values(accounts: Iterable[AdAccount]) -> dict[tuple[str, str], Any]:
    """What Meta shows now, by id and field, list by list: one read an action would take longer than the run."""
    found: dict[tuple[str, str], Any] = {}
    for account in accounts:
        for edge in ("campaigns", "adsets", "ads"):
            params = {"fields": "id,status,daily_budget" if edge != "ads" else "id,status", "limit": 500}
            pages = client_for(account).pages(
                (account.path_id, edge), {**params, "effective_status": list(OF_EDGE[edge])}
            )
            for row in (row for page in pages for row in page):
                found[row["id"], "status"] = row["status"]
                found[row["id"], "daily_budget"] = int(row["daily_budget"]) if row.get("daily_budget") else None
    return found


def _judge(one: Drawn, drawn: list[Drawn], accepted: int, live: Any, edits: Edits, findings: Findings) -> None:
    action = one.action
    what = f"{one.sort} {action.pk} {action.status} ({action.outcome_note}): accepted {accepted}x, Meta shows {live}"
    stands = live == action.value_final
    if accepted > 1:
        findings.doubled.append(f"{what} {_story(action)}")
    if one.sort in NEVER and accepted:
        findings.outside.append(what)
    theirs = action.entity_id in edits and live == edits[action.entity_id]
    unseen = action.status == Status.EXECUTED and not (stands or theirs)
    if unseen or (_closed_undone(action) and accepted and stands):
        findings.untrue.append(what)
    if one.sort not in NEVER and not _has_a_true_end(one, drawn):
        findings.lost.append(what)


def _story(action: Action) -> str:
    """Machine seconds and kinds of what the ledger holds about it."""
    return "; ".join(f"{e.machine_time:%M:%S.%f} {e.kind} {e.payload_text[:90]}" for e in events_of(action))


def _closed_undone(action: Action) -> bool:
    return action.status in {Status.FAILED, Status.EXPIRED, Status.APPROVED, Status.PENDING, Status.CANCELLED}


def _has_a_true_end(one: Drawn, drawn: list[Drawn]) -> bool:
    """Executed, or handed to a person after three sends without effect. Of two rivals one wins and one fails."""
    if one.action.status in {Status.EXECUTED, Status.NEEDS_PERSON}:
        return True
    others = [d.action.status for d in drawn if d.action.entity_id == one.action.entity_id and d is not one]
    if Status.NEEDS_PERSON in others:
        return True  # it waits for that person
    if one.sort == "edited":
        return one.action.status == Status.FAILED
    return one.sort == "rival" and one.action.status == Status.FAILED and Status.EXECUTED in others


def _unmarked(births: list[dict[str, Any]], drawn: list[Drawn], findings: Findings) -> None:
    """Objects that were made without anybody's approval."""
    markers = tuple(one.action.public_id.hex[:12] for one in drawn if one.is_plan)
    names = [str(birth["after"].get("name", "")) for birth in births]
    findings.outside += [f"nobody approved {name}" for name in names if not any(mark in name for mark in markers)]


def _strangers(
    drawn: list[Drawn],
    sent: Counter[tuple[str, str, Any]],
    allowed: set[tuple[str, str, Any]],
    findings: Findings,
) -> None:
    """Writes that nobody approved, two winners on one budget, or more changes of an object than a day allows."""
    known = {_key(one.action) for one in drawn if not one.is_plan} | allowed
    findings.outside += [f"nobody approved {key}" for key in sent if key not in known]
    winners = Counter(
        (d.action.entity_id, d.action.field) for d in drawn if d.action.status == Status.EXECUTED and d.sort == "rival"
    )
    findings.outside += [f"{n} rivals won on {entity}" for entity, n in winners.items() if n > 1]
    per_object = Counter[str]()
    for (entity_id, name, _), times in sent.items():
        per_object[entity_id] += times if name != "status" else 0
    findings.outside += [f"{n} changes of {entity}" for entity, n in per_object.items() if n > MOST_CHANGES]


def _counters(drawn: list[Drawn], findings: Findings) -> None:
    """Each counter holds what was carried out (or may have been), nothing that was given back."""
    expected = Counter[tuple[int, str]]()
    for one in drawn:
        if one.is_plan or one.action.field == "status":
            continue
        changes, raised = counter_names(one.action)
        account = one.action.account_id
        done = one.action.status in {Status.EXECUTED, Status.NEEDS_PERSON}
        expected[account, changes] += 2 * MOST_CHANGES if one.sort == "full" else int(done)
        expected[account, raised] += max(0, one.action.value_final - one.action.value_before) if done else 0
    rows = LimitCounter.objects.filter(account__in={one.action.account_id for one in drawn})
    found = Counter[tuple[int | None, str]]()
    for account_id, name, used in rows.values_list("account", "name", "used"):
        found[account_id, name] += used  # Of both days, where the account's midnight fell into the run.
    for key, amount in expected.items():
        if found[key] != amount:
            findings.counters.append(f"{key[1]}: {found[key]}, not {amount}")
