"""Setting and lifting stops. From the commit of `set_stop` on no worker begins a write."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q

from metaads.models import AdAccount, Role
from metaads.models.membership import has_role
from notifications.send import notify
from optimization.ledger import record
from optimization.models import Action, EmergencyStop, Incident, Rule, Status
from optimization.models.stop import TURNED_OFF
from optimization.queue.states import LostRace, move
from optimization.rules.selectors import active_here_and_elsewhere


def in_force(account: AdAccount | None) -> EmergencyStop | None:
    """The stop that holds this account, its own or the one for everything."""
    return EmergencyStop.objects.in_force(account)


def may_stop(user: User | None, account: AdAccount | None, least: Role) -> None:
    """`user` None = the operator at the command line, who has the database anyway."""
    if user is None or user.is_superuser:
        return
    if account is None or not has_role(user, account, least):
        raise PermissionDenied("Stopping everything is for administrators; stopping an account is for its managers.")


def _disable_rules(stop: EmergencyStop) -> dict[str, list[int]]:
    """Turns every active rule off in what is stopped: altogether, or in this account where it covers others too."""
    alone, shared = list(Rule.objects.filter(active=True)), list[Rule]()
    if stop.account is not None:
        alone, shared = active_here_and_elsewhere(stop.account)
    off, kept = sorted(rule.pk for rule in alone), sorted(rule.pk for rule in shared)
    Rule.objects.filter(pk__in=off).update(active=False, disabled_reason=TURNED_OFF)
    stop.suspended.set(shared)
    stop.disabled_rules = sorted([*off, *kept])
    stop.save(update_fields=["disabled_rules"])
    return {"rules_disabled": off, "rules_suspended": kept}


def _hand_back(account: AdAccount | None, now: datetime) -> int:
    """Approved actions return to a person: what was wanted before a stop may not be wanted after it."""
    waiting = Action.objects.filter(status=Status.APPROVED).filter(Q(account=account) if account else Q())
    standing = Incident.objects.filter(stop__isnull=False, stop__lifted_at__isnull=True)
    count = 0
    for action in waiting.exclude(incident__in=standing.values("pk")):
        try:
            move(
                action,
                Status.PENDING,
                now=now,
                actor="system",
                payload={"reason": "approved before an emergency stop"},
                outcome_note="It was approved before an emergency stop and needs a new decision.",
                expires_at=now + settings.PROPOSAL_EXPIRES_AFTER,
                held_since=None,
            )
            count += 1
        except (LostRace, IntegrityError):
            continue
    return count


def set_stop(account: AdAccount | None, user: User | None, now: datetime, reason: str) -> EmergencyStop:
    """Stops an account (manager) or everything (`account` None, administrator). Setting it twice keeps the first.

    The stop commits by itself, before anything is handed back: moving many actions in the same transaction deadlocked
    with busy workers on PostgreSQL, and the stop was the victim. What a crash leaves behind, dispatch hands back.
    """
    may_stop(user, account, Role.MANAGER)
    stop, new = _commit(account, user, now, reason)
    if new:
        _hand_back(account, now)
    return stop


@transaction.atomic
def _commit(account: AdAccount | None, user: User | None, now: datetime, reason: str) -> tuple[EmergencyStop, bool]:
    """The stop, its rules, its ledger event and its notice. False: one was in force already."""
    stop, new = EmergencyStop.objects.get_or_create(
        account=account, lifted_at=None, defaults={"reason": reason.strip(), "set_at": now, "set_by": user}
    )
    if not new:
        return stop, False
    rules = _disable_rules(stop)
    record(
        "emergency_stop_set",
        account_id=account.pk if account else None,
        actor="user" if user else "operator",
        user_id=user.pk if user else None,
        now=now,
        payload={"reason": stop.reason, **rules, "stop": stop.pk},
    )
    notify(
        subject=f"account:{account.pk}" if account else "",
        key=f"stop:{stop.pk}",
        kind="alert",
        severity="error",
        title=f"Emergency stop of {account.name if account else 'everything'}",
        body=stop.reason or "No reason was given.",
        link="/",
        now=now,
    )
    return stop, True


@transaction.atomic
def lift_stop(stop: EmergencyStop, user: User | None, now: datetime, reason: str) -> EmergencyStop:
    """Lifts a stop (administrator, with a reason). The rules it turned off stay off; they are listed on it."""
    may_stop(user, stop.account, Role.ADMIN)
    if not reason.strip():
        raise ValueError("reason: say why it is safe again.")
    changed = EmergencyStop.objects.filter(pk=stop.pk, lifted_at__isnull=True).update(
        lifted_at=now, lifted_by=user, lift_reason=reason.strip()
    )
    stop.refresh_from_db()
    if changed:
        Incident.objects.filter(stop=stop).update(closed_at=now)
        record(
            "emergency_stop_lifted",
            account_id=stop.account_id,
            actor="user" if user else "operator",
            user_id=user.pk if user else None,
            now=now,
            payload={"reason": stop.lift_reason, "stop": stop.pk},
        )
        notify(
            subject=f"account:{stop.account_id}" if stop.account_id else "",
            key=f"stop-lifted:{stop.pk}",
            kind="alert",
            severity="warning",
            title=f"The emergency stop of {stop.account.name if stop.account else 'everything'} is lifted",
            body=f"{stop.lift_reason} Rules that it turned off stay off until somebody switches them on.",
            link="/actions/",
            now=now,
        )
    return stop


@transaction.atomic
def release_rule(stop: EmergencyStop, rule: Rule, user: User | None, now: datetime) -> bool:
    """Lets a rule that covers other accounts too propose in the stopped one again; False if it may already.

    Also where an earlier stop of the account suspended it. Raises PermissionDenied.
    """
    may_stop(user, stop.account, Role.ADMIN)
    held = list(EmergencyStop.objects.filter(suspended=rule, account=stop.account))
    rule.suspended_by.remove(*held)
    if not held:
        return False
    record(
        "rule_changed",
        account_id=stop.account_id,
        actor="user" if user else "operator",
        user_id=user.pk if user else None,
        now=now,
        payload={"rule": str(rule.public_id), "change": "released_after_stop", "stop": stop.pk},
    )
    return True
