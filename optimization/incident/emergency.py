"""An emergency: the stop, and under one id what is undone and paused because of it.

The stop commits first and by itself; nothing that follows can hold it up. What follows is done again by a step of the
pipeline every minute while the stop is in force (`follow`): a change that was on the wire when the stop was set is
caught when it has settled, and a process that dies half-way loses nothing. Nothing is tried twice.
"""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from metaads.models import AdAccount, Membership, Role
from notifications.send import notify
from optimization.incident.pausing import pause_touched
from optimization.incident.stops import may_stop, set_stop
from optimization.ledger import record
from optimization.models import Action, EmergencyStop, Incident
from optimization.queue.errors import Invalid
from optimization.queue.reverting import Wanted, changes, look, revert
from optimization.queue.undoing import INCIDENT, by_person

LOOKED_BACK = 24.0
"""Hours that a report reaches back where nothing is undone."""
STAYS_PAUSED = "It stays paused: what was touched is paused."


def emergency(
    account: AdAccount | None,
    user: User | None,
    now: datetime,
    reason: str,
    revert_hours: float | None = None,
    pause_affected: bool = False,
) -> Incident:
    """Stops, then opens the incident. Odd hours never keep it from stopping: then Invalid is raised after the stop."""
    return open_incident(set_stop(account, user, now, reason), user, now, revert_hours, pause_affected)


def open_incident(
    stop: EmergencyStop, user: User | None, now: datetime, revert_hours: float | None, pause_affected: bool
) -> Incident:
    """The incident of a stop in force, opened or, asked for more hours or pauses, widened. Then acts (`follow`).

    `now`: business time of the stop's account, the wall clock for everything. Raises Invalid for odd hours, or where
    the stop was lifted; PermissionDenied.
    """
    may_stop(user, stop.account, Role.MANAGER)
    if stop.lifted_at is not None:
        raise Invalid("This stop was lifted. Set a new one.")
    hours, odd = revert_hours, ""
    try:
        if revert_hours is not None:
            Wanted.last(revert_hours, now)
    except Invalid as error:
        hours, odd = None, str(error)
    incident = _opened(stop, user, now, hours, pause_affected)
    follow(incident, now)
    if odd:
        raise Invalid(odd)
    return incident


@transaction.atomic
def _opened(stop: EmergencyStop, user: User | None, now: datetime, hours: float | None, pause: bool) -> Incident:
    """More hours or pauses than before widen it; fewer change nothing, for what was begun is begun."""
    columns = {"account": stop.account, "reason": stop.reason, "opened_at": now, "opened_by": user}
    since = now - timedelta(hours=LOOKED_BACK)
    made, new = Incident.objects.get_or_create(stop=stop, defaults={**columns, "since": since})
    row = Incident.objects.select_for_update(of=("self",)).select_related("account", "opened_by").get(pk=made.pk)
    wider = hours is not None and hours > (row.revert_hours or 0)
    if hours is not None and wider:
        row.revert_hours, row.since = hours, min(row.since, row.opened_at - timedelta(hours=hours))
    if new or wider or (pause and not row.pause_affected):
        row.pause_affected = row.pause_affected or pause
        row.save(update_fields=["revert_hours", "pause_affected", "since"])
        _record(row, user, now, new)
    if new:
        _tell(row, now)
    return row


def accounts_of(incident: Incident) -> list[AdAccount]:
    """Whom it is about; accounts read from a file have nothing to stop."""
    rows = AdAccount.objects.filter(read_only=False).select_related("connection").order_by("pk")
    return list(rows.filter(pk=incident.account_id) if incident.account_id else rows)


def local(incident: Incident, account: AdAccount, moment: datetime) -> datetime:
    """A moment of the incident in the account's business time: that of everything is kept by the wall clock."""
    return moment if incident.account_id else moment + account.connection.clock_offset


def follow(incident: Incident, now: datetime) -> int:
    """Undoes and pauses what it asks for and was not tried yet; gives how many actions were approved. Idempotent.

    `now` as in `open_incident`. While the executor is off nothing is begun; it is tried again.
    """
    if not _asks(incident):
        return 0
    return sum(_follow(incident, account, local(incident, account, now)) for account in accounts_of(incident))


def follow_account(account: AdAccount, now: datetime) -> int:
    """`follow` for the stops in force that hold this account; `now` is its business time."""
    standing = Incident.objects.filter(stop__isnull=False, stop__lifted_at__isnull=True)
    mine = standing.filter(Q(account=account) | Q(account__isnull=True)).select_related("account", "opened_by")
    return sum(_follow(incident, account, now) for incident in mine if _asks(incident))


def _asks(incident: Incident) -> bool:
    return incident.revert_hours is not None or incident.pause_affected


def _follow(incident: Incident, account: AdAccount, now: datetime) -> int:
    since = local(incident, account, _reach(incident))
    rows = list(changes(account, Wanted(since)).exclude(incident=incident))
    paused = pause_touched(incident, account, rows, now) if incident.pause_affected else 0
    if incident.revert_hours is None:
        return paused
    tried = Action.objects.filter(incident=incident, account=account, undo_of__isnull=False)
    known = set(tried.values_list("undo_of_id", flat=True)) | set(tried.values_list("also_undid", flat=True))
    stay = {row.pk for row in rows if incident.pause_affected and row.kind == "pause"}
    only = frozenset(row.pk for row in rows if row.pk not in known and row.pk not in stay)
    wanted, cause = Wanted(since, only=only), by_person(incident.opened_by, INCIDENT, incident)
    try:
        done = revert(account, wanted, None, now, cause)
    except Invalid as off:
        return paused + _left(incident, [(action, str(off)) for action in look(account, wanted, now).undoes])
    reasons = [(action, STAYS_PAUSED if action.pk in stay else why) for action, why in done.left]
    _left(incident, [(action, why) for action, why in reasons if action.pk in only | stay])
    return paused + len(done.undos)


def _reach(incident: Incident) -> datetime:
    hours = incident.revert_hours
    return incident.since if hours is None else incident.opened_at - timedelta(hours=hours)


def _left(incident: Incident, left: list[tuple[Action, str]]) -> int:
    """Keeps, for the report, what could not be undone when it was tried, and why."""
    reasons = {str(action.public_id): why for action, why in left}
    with transaction.atomic():
        row = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        if {**row.left, **reasons} != row.left:
            row.left = {**row.left, **reasons}
            row.save(update_fields=["left"])
    return 0


def concerned(account: AdAccount | None) -> list[User]:
    """Who is told: managers and administrators of the account (of any, for everything), and the installation's."""
    members = Membership.objects.filter(role__in=[Role.MANAGER, Role.ADMIN])
    if account is not None:
        members = members.filter(account=account)
    who = Q(pk__in=members.values("user")) | Q(is_superuser=True)
    return list(User.objects.filter(who, is_active=True).order_by("username"))


def key_of(incident: Incident) -> str:
    """How the keys of its notices begin."""
    return f"incident:{incident.public_id}:"


def _tell(incident: Incident, now: datetime) -> None:
    what = incident.account.name if incident.account else "everything"
    for user in concerned(incident.account):
        notify(
            subject=f"account:{incident.account_id}" if incident.account_id else "",
            key=f"{key_of(incident)}{user.pk}",
            kind="alert",
            severity="error",
            title=f"Emergency stop of {what}: the incident report",
            body=f"{incident.reason} What was changed, undone and paused stands there.".strip(),
            link=f"/incidents/{incident.public_id}/",
            now=now,
            user=user,
        )


def _record(incident: Incident, user: User | None, now: datetime, new: bool) -> None:
    record(
        "incident_opened",
        account_id=incident.account_id,
        actor="user" if user else "operator",
        user_id=user.pk if user else None,
        now=now,
        payload={
            "incident": str(incident.public_id),
            "stop": incident.stop_id,
            "since": incident.since.isoformat(),
            "revert_hours": incident.revert_hours,
            "pause_affected": incident.pause_affected,
            "widened": not new,
        },
    )
