"""The report of an incident: every change in its window and of itself, what became of each, and who was told.

It lists what was tried at Meta, not what was only proposed: what took effect, what failed, what is still under way.
The test holds it against journal and ledger.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Q

from metaads.models import AdAccount, JournalStep
from notifications.models import Notification
from optimization.incident.emergency import accounts_of, key_of, local
from optimization.kinds import describe
from optimization.models import Action, Incident, Source, Status
from optimization.models.action import IN_FLIGHT_STATUSES
from optimization.queue.inverse import said
from optimization.queue.undoing import NO_UNDO
from optimization.steps import STEPS


@dataclass(frozen=True)
class Line:
    """One action. `at`: when it took effect or was tried (business time). `part`: before, during or because of the
    stop. `undone`: what became of it afterwards, in words; `tone`: good, watch, bad or quiet.
    """

    action: Action
    account: AdAccount
    at: datetime
    part: str
    what: str
    before: str
    after: str
    who: str
    why: str
    result: str
    undone: str
    tone: str
    sent: int


@dataclass(frozen=True)
class Told:
    """Who was told, and when (business time of the incident)."""

    user: User
    at: datetime


@dataclass(frozen=True)
class Report:
    """`lines`: newest first. `left`: those that were to be undone and were not, with the reason in `undone`.

    `until`: when the stop was lifted; None = it is in force.
    """

    incident: Incident
    until: datetime | None
    lines: tuple[Line, ...]
    left: tuple[Line, ...]
    told: tuple[Told, ...]

    @property
    def undone(self) -> int:
        return sum(line.action.status == Status.REVERTED for line in self.lines)

    @property
    def paused(self) -> int:
        return sum(line.action.source == Source.INCIDENT and line.action.executed_at is not None for line in self.lines)


def report_of(incident: Incident, user: User | None = None) -> Report:
    """As far as `user` may see it (None = all of it). A few queries an account."""
    stop = incident.stop
    until = stop.lifted_at if stop else None
    lines: list[Line] = []
    visible = None if user is None else set(AdAccount.objects.visible_to(user).values_list("pk", flat=True))
    for account in accounts_of(incident):
        if visible is not None and account.pk not in visible:
            continue
        rows = _rows(incident, account, until)
        lines += _lines(incident, account, rows)
    lines.sort(key=lambda line: (line.at, line.action.pk), reverse=True)
    left = tuple(line for line in lines if line.tone == "bad")
    told = Notification.objects.filter(key__startswith=key_of(incident), user__isnull=False).select_related("user")
    if visible is not None:
        told = told.filter(Q(user__memberships__account__in=visible) | Q(user__is_superuser=True)).distinct()
    heard = tuple(Told(row.user, row.created_at) for row in told.order_by("user__username") if row.user)
    return Report(incident, until, tuple(lines), left, heard)


def _rows(incident: Incident, account: AdAccount, until: datetime | None) -> list[Action]:
    """What was tried at Meta in the window, or belongs to the incident."""
    since = local(incident, account, incident.since)
    span = (since, local(incident, account, until)) if until else (since, datetime.max.replace(tzinfo=since.tzinfo))
    tried = Q(executing_at__range=span) | Q(executed_at__range=span)
    begun = Q(status__in=[Status.EXECUTED, Status.REVERTED, Status.FAILED, *IN_FLIGHT_STATUSES])
    handed_back = Q(executing_at__range=span, status__in=[Status.PENDING, Status.APPROVED, Status.CANCELLED])
    rows = Action.objects.filter((tried & (begun | handed_back)) | Q(incident=incident), account=account)
    return list(rows.select_related("account__connection", "decided_by", "rule_version__rule", "undo_of"))


def _lines(incident: Incident, account: AdAccount, rows: list[Action]) -> Iterable[Line]:
    undos = _undos(rows)
    sent = _sent(rows)
    began = local(incident, account, incident.opened_at)
    for action in rows:
        undone, tone = _fate(action, incident, undos.get(action.pk))
        at = action.executed_at or action.executing_at or action.proposed_at
        yield Line(
            action=action,
            account=account,
            at=at,
            part=_part(action, incident, at, began),
            what=_what(action),
            before=value_text(action, action.value_before),
            after=value_text(action, action.value_final),
            who=_who(action),
            why=action.reason,
            result=_result(action),
            undone=undone,
            tone=tone,
            sent=sent.get(action.public_id.hex, 0),
        )


def _part(action: Action, incident: Incident, at: datetime, began: datetime) -> str:
    if action.incident_id == incident.pk:
        return "Because of the stop"
    return "During the stop" if at > began else "Before the stop"


def _what(action: Action) -> str:
    head = describe(action)
    return f"{head.verb} {head.name or action.entity_id}".strip()


def value_text(action: Action, value: object) -> str:
    """A value of the action in words; a plan's values one after the other."""
    if action.field != STEPS:
        return said(action.field, value, action.currency)
    if not isinstance(value, Mapping):
        return str(value)
    names = {f"{step['level']}:{step['entity_id']}:{step['field']}": step["name"] for step in action.steps}
    parts = []
    for key, one in value.items():
        field = str(key).rpartition(":")[2]
        parts.append(f"{names.get(key, key)}: {said(field, one, action.currency)}")
    return "; ".join(parts) or "nothing"


def _who(action: Action) -> str:
    """Who wanted it, and who said yes."""
    rule = action.rule_version.rule.name if action.rule_version else ""
    wanted = f"rule “{rule}”" if rule else Source(action.source).label.lower()
    if action.alone:
        return f"{wanted}, acting alone"
    return f"{wanted}, approved by {action.decided_by}" if action.decided_by else wanted


def _result(action: Action) -> str:
    label = "Executed, then undone" if action.status == Status.REVERTED else Status(action.status).label
    note = action.outcome_note.strip()
    return f"{label}: {note}" if note and action.status not in {Status.EXECUTED, Status.REVERTED} else label


def _undos(rows: list[Action]) -> dict[int, Action]:
    """The newest undo of each, its own or with others."""
    ids = [action.pk for action in rows]
    mine = Action.objects.filter(Q(undo_of__in=ids) | Q(also_undid__in=ids)).distinct().order_by("pk")
    with_others = dict(Action.objects.filter(pk__in=ids, undone_with__isnull=False).values_list("pk", "undone_with_id"))
    by_pk = {undo.pk: undo for undo in mine}
    found = {undo.undo_of_id: undo for undo in by_pk.values() if undo.undo_of_id in set(ids)}
    found |= {pk: by_pk[undo] for pk, undo in with_others.items() if undo in by_pk}
    return {pk: undo for pk, undo in found.items() if pk is not None}


def _fate(action: Action, incident: Incident, undo: Action | None) -> tuple[str, str]:
    """What became of it afterwards, and how that looks."""
    if action.status == Status.REVERTED:
        return "Undone", "good"
    kept = incident.left.get(str(action.public_id), "")
    if undo is not None and undo.status not in NO_UNDO:
        return f"Being undone: {Status(undo.status).label.lower()}", "watch"
    if undo is not None and undo.status == Status.FAILED:
        return f"Not undone: {undo.outcome_note}", "bad"
    if kept and action.incident_id != incident.pk:
        return f"Not undone: {kept}", "bad"
    return ("Stands" if action.status == Status.EXECUTED else "–"), "quiet"


def _sent(rows: list[Action]) -> dict[str, int]:
    """How often each was sent to Meta, by the hex of its public id."""
    counts: dict[str, int] = {}
    names = {str(action.public_id): action.public_id.hex for action in rows}
    keys = [f"{name}:{step}" for name, action in zip(names, rows, strict=True) for step in _steps(action)]
    for key, sent in JournalStep.objects.filter(key__in=keys).values_list("key", "sent"):
        name = names[key.rpartition(":")[0]]
        counts[name] = counts.get(name, 0) + sent
    return counts


def _steps(action: Action) -> list[str]:
    """Ends of its journal keys: the steps, and their restores."""
    numbers = range(1, max(1, len(action.steps)) + 1)
    return [str(n) for n in numbers] + [f"r{n}" for n in numbers]
