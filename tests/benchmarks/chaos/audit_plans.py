"""Actions of several steps after a run: each made once, each step true, what failed put back."""

from collections import Counter
from typing import Any

from metaads.executor.making import EDGES
from metaads.graph.client import client_for
from metaads.models import JournalStep
from metaads.reader.entity import read_fields
from metaads.reader.marked import find_marked
from optimization.models import Action, Status
from optimization.steps import Step, is_reference, steps_of
from tests.benchmarks.chaos.plans import BROKEN

Sent = Counter[tuple[str, str, Any]]
Found = dict[str, list[str]]
END = {True: {Status.FAILED, Status.NEEDS_PERSON}, False: {Status.EXECUTED, Status.NEEDS_PERSON}}


def look(action: Action, sort: str, sent: Sent) -> tuple[Found, set[tuple[str, str, Any]]]:
    """What is wrong with it by kind of finding, and every write that its approval allows."""
    wrong: Found = {"doubled": [], "lost": [], "untrue": [], "outside": []}
    what = f"{sort} {action.pk} {action.status} ({action.outcome_note})"
    made, allowed = _made(action, what, wrong), set()
    for step in steps_of(action.steps):
        if step.op == "set":
            allowed |= _set(action, step, made, sent, what, wrong)
    allowed |= {(made_id, "status", "PAUSED") for made_id in made.values() if made_id}
    if action.status not in END[sort == BROKEN]:
        wrong["lost"].append(f"{what}: {_journal(action)}")
    return wrong, allowed


def _journal(action: Action) -> str:
    """Its steps in the order they were made."""
    rows = JournalStep.objects.filter(key__startswith=f"{action.public_id}:").order_by("pk")
    told = [(row, row.key.rpartition(":")[2]) for row in rows]
    return "; ".join(f"{n} {r.op} {r.state} sent {r.sent} of {r.attempts} {r.error[:60]}" for r, n in told)


def _made(action: Action, what: str, wrong: Found) -> dict[str, str]:
    """Ids at Meta of what it made, by "$n"; "" = not there."""
    made, client = {}, client_for(action.account)
    for number, step in enumerate(steps_of(action.steps), 1):
        if step.op == "set":
            continue
        marker = f"[ci {action.public_id.hex[:12]}-{number}]"
        rows = find_marked(client, action.account.path_id, EDGES[step.level], marker)
        made[f"${number}"] = str(rows[0]["id"]) if rows else ""
        if len(rows) > 1:
            wrong["doubled"].append(f"{what}: made {len(rows)} times")
        if action.status == Status.EXECUTED and [one["id"] for one in action.made] != [row["id"] for row in rows]:
            wrong["untrue"].append(f"{what}: made {action.made}, at Meta {rows}")
        if action.status == Status.FAILED and any(row["status"] != "PAUSED" for row in rows):
            wrong["untrue"].append(f"{what}: {rows} is not paused")
    return made


def _set(
    action: Action, step: Step, made: dict[str, str], sent: Sent, what: str, wrong: Found
) -> set[tuple[str, str, Any]]:
    """One value set: forwards at most once, back at most once, and what Meta shows fits the end."""
    entity_id = made.get(step.entity_id, step.entity_id)
    forth, back = (entity_id, step.field, step.new), (entity_id, step.field, step.old)
    if sent[forth] > 1 or sent[back] > 1:
        wrong["doubled"].append(f"{what}: {step.field} of {entity_id} {sent[forth]}x forth, {sent[back]}x back")
    if entity_id:
        live = read_fields(client_for(action.account), entity_id, (step.field,)).get(step.field)
        live = live if step.field == "status" or live is None else int(live)
        if action.status == Status.EXECUTED and live != step.new:
            written = {key: n for key, n in sent.items() if key[0] == entity_id}
            wrong["untrue"].append(f"{what}: {step.field} of {entity_id} shows {live}, after {written}")
        if action.status == Status.FAILED and live != step.old and not is_reference(step.entity_id):
            wrong["untrue"].append(f"{what}: {step.field} of {entity_id} was not put back, shows {live}")
    return {forth, back}
