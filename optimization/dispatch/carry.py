"""One attempt: read, compare, rails, intent, POST, read back."""

import dataclasses
import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from metaads import executor
from metaads.executor import Finding, Live, NotSent, Sent
from metaads.graph.errors import MetaError, Permanent, RateLimited, TokenInvalid
from metaads.switch import SwitchedOff
from optimization.dispatch import announce, finish
from optimization.dispatch.claim import why_not_now
from optimization.dispatch.held import RETRY, TOKEN_RETRY, Held
from optimization.dispatch.judge import judge_again, shrunk
from optimization.guards import Judgement
from optimization.models import Action, Status
from optimization.queue.states import move

log = logging.getLogger("optimization.dispatch")


def carry(held: Held, now: datetime) -> None:
    """Ends in exactly one function of finish.py, or silently where the lease was lost."""
    if held.claim.takeover and held.claim.maybe_sent:
        # The vanished worker's request may still be on the wire: look only after it has settled.
        return finish.uncertain(held, now, "A worker vanished after sending; the outcome is being verified.")
    live = _read(held, now)
    if live is None:
        return None
    finding = executor.compare(held.change, live)
    log.info("step read", extra={"finding": finding.value})
    if finding is Finding.THERE:
        return finish.executed(held, live, now, _there_note(held), ours=held.claim.maybe_sent)
    if finding is Finding.DRIFTED:
        text = f"Changed by someone else: the proposal saw {held.change.old}, Meta shows {live.value}."
        return finish.failed(held, now, text, live)
    if finding is Finding.UNKNOWN:
        return _unreadable(held, now, "Meta did not tell the present value.", RETRY)
    if held.claim.maybe_sent and held.claim.sent >= settings.EXECUTOR_MAX_SENDS:
        text = f"Sent {held.claim.sent} times, yet Meta still shows {live.value}. Look at it in Ads Manager."
        return finish.needs_person(held, now, text, live)
    return _write(held, live, now)


def _there_note(held: Held) -> str:
    if held.claim.maybe_sent:
        return "Verified: the change stands at Meta."
    return "Nothing to do: Meta already showed the wanted value."


def _read(held: Held, now: datetime) -> Live | None:
    try:
        return executor.read(held.change)
    except TokenInvalid as error:
        announce.token_trouble(held.action, error, now)
        _unreadable(held, now, error.detail.for_people(), TOKEN_RETRY)
    except RateLimited as error:
        _unreadable(held, now, str(error), error.retry_after)
    except Permanent as error:
        _refused(held, now, error.detail.for_people())
    except MetaError as error:
        _unreadable(held, now, f"Meta could not be read: {error}", RETRY)
    except SwitchedOff as off:
        _unreadable(held, now, str(off), RETRY)
    return None


def _refused(held: Held, now: datetime, text: str) -> None:
    """Meta refuses the read for good. Whether an earlier request took effect can then not be found out by us."""
    if held.claim.maybe_sent:
        finish.needs_person(held, now, f"It was sent, but Meta no longer lets us look: {text}", None)
    else:
        finish.failed(held, now, text, None)


def _unreadable(held: Held, now: datetime, text: str, wait: timedelta) -> None:
    """Nothing was sent in this claim. If an earlier one may have sent, the outcome stays open; else try later."""
    if held.claim.maybe_sent:
        finish.uncertain(held, now, text)
    else:
        finish.postponed(held, now, text, wait)


def _write(held: Held, live: Live, now: datetime) -> None:
    judgement = judge_again(held, live, now)
    if judgement is None:
        return finish.failed(held, now, "It no longer exists at Meta.", live)
    if judgement.blocked and not judgement.must_wait:
        return finish.failed(held, now, judgement.blocked.reason, live)
    if judgement.blocked:
        return finish.postponed(held, now, judgement.blocked.reason, RETRY)
    intended = _intend(held, judgement, now)
    if intended is None:
        log.info("step lease lost before sending")
        return None
    log.info("step intended")
    return _post(intended, now)


@transaction.atomic
def _intend(held: Held, judgement: Judgement, now: datetime) -> Held | None:
    """The intent, the verdicts and a shrunk value become one fact; None: the lease is lost."""
    new = shrunk(held.change.old, held.change.new, judgement.final)
    change = dataclasses.replace(held.change, new=new)
    claim = dataclasses.replace(held.claim, change=change, sent=held.claim.sent + 1)
    if not executor.intend(held.claim, {"entity": change.entity_id, change.field: change.new}):
        return None
    action = held.action
    if action.status == Status.UNCERTAIN:
        action = move(action, Status.EXECUTING, now=now, actor="executor", payload={"send": claim.sent})
    verdicts = [verdict.as_json() for verdict in judgement.verdicts]
    Action.objects.filter(pk=action.pk).update(verdicts=verdicts, value_final=new, safety_score=judgement.safety)
    action.value_final = new
    return Held(action, claim)


def _post(held: Held, now: datetime) -> None:
    def may_write() -> str | None:
        why_not = why_not_now(held.action, now)
        if why_not:
            return why_not
        return None if executor.still_mine(held.claim) else "Another worker has taken over."

    try:
        sent = executor.send(held.change, may_write)
    except (NotSent, SwitchedOff) as refusal:
        return finish.postponed(held, now, str(refusal), RETRY)
    except TokenInvalid as error:
        announce.token_trouble(held.action, error, now)
        return finish.postponed(held, now, error.detail.for_people(), TOKEN_RETRY)
    except RateLimited as error:
        return finish.postponed(held, now, str(error), error.retry_after)
    except Permanent as error:
        trace = error.detail.fbtrace_id
        return finish.failed(held, now, error.detail.for_people(), None, fbtrace_id=trace)
    except MetaError as error:
        # Also an answered internal error (code 1 or 2): Meta may have applied the change all the same.
        return finish.uncertain(held, now, f"No clear answer, so the outcome is being verified: {error}")
    log.info("step sent")
    return _read_back(held, sent, now)


def _read_back(held: Held, sent: Sent, now: datetime) -> None:
    """Accepted is not yet in effect: only what Meta shows counts."""
    try:
        live = executor.read(held.change)
    except (MetaError, SwitchedOff) as error:
        return finish.uncertain(held, now, f"Accepted, but not yet verified: {error}", answer=sent.answer)
    log.info("step read back")
    if executor.compare(held.change, live) is Finding.THERE:
        return finish.executed(held, live, now, "Done, and read back from Meta.", sent.answer)
    text = f"Meta accepted it but still shows {live.value}."
    return finish.uncertain(held, now, text, answer=sent.answer, last_seen=live.value)
