"""One attempt at one write: read, compare, rails, intent, POST, read back."""

import dataclasses
import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from metaads import executor
from metaads.executor import Finding, Live, NotSent, Sent
from metaads.graph.classify import TOKEN_CODES
from metaads.graph.errors import MetaError, Permanent, RateLimited, TokenInvalid
from metaads.switch import SwitchedOff
from optimization.dispatch import announce, finish, outage, restore
from optimization.dispatch.claim import why_not_now
from optimization.dispatch.held import RETRY, TOKEN_RETRY, Held
from optimization.dispatch.judge import judge_again, shrunk
from optimization.dispatch.midway import must_put_back
from optimization.guards import Judgement, told
from optimization.models import Action, Status
from optimization.queue.states import move
from optimization.value_words import value_text

log = logging.getLogger("optimization.dispatch")


def carry(held: Held, now: datetime) -> None:
    """Ends in exactly one function of finish.py or restore.py, or silently where the lease was lost."""
    if held.claim.takeover and held.claim.maybe_sent:
        # The vanished worker's request may still be on the wire: look only after it has settled.
        return finish.uncertain(held, now, "A worker vanished after sending; the outcome is being verified.")
    live = _read(held, now)
    if live is None:
        return None
    finding = executor.compare(held.change, live)
    log.info("step read", extra={"finding": finding.value})
    if finding is Finding.THERE:
        ours = held.claim.maybe_sent or held.change.makes
        return finish.done(held, live, now, _there_note(held), ours=ours)
    if finding is Finding.DRIFTED:
        return _drifted(held, live, now)
    if finding is Finding.UNKNOWN:
        return _unreadable(held, now, "Meta did not tell the present value.", held.backoff)
    if held.claim.maybe_sent and held.claim.sent >= settings.EXECUTOR_MAX_SENDS:
        return _given_up(held, live, now)
    return _write(held, live, now)


def _there_note(held: Held) -> str:
    if held.claim.maybe_sent:
        return "Verified: the change stands at Meta."
    return "Nothing to do: Meta already showed the wanted value."


def _told(held: Held, value: object) -> str:
    return value_text(held.change.field, value, held.action.currency)


def _drifted(held: Held, live: Live, now: datetime) -> None:
    if held.part.restoring:
        return restore.left(held, live, now)
    saw, shows = _told(held, held.change.old), _told(held, live.value)
    text = f"Changed by someone else: the proposal saw {saw}, Meta shows {shows}."
    return finish.failed(held, now, text, live)


def _given_up(held: Held, live: Live, now: datetime) -> None:
    shows = "does not show it" if held.change.makes else f"still shows {_told(held, live.value)}"
    text = f"Sent {held.claim.sent} times, yet Meta {shows}. Look at it in Ads Manager."
    if held.part.restoring:
        return restore.impossible(held, text, live, now)
    return finish.needs_person(held, now, text, live)


def _read(held: Held, now: datetime) -> Live | None:
    try:
        return executor.read(held.change, held.claim.made_id)
    except TokenInvalid as error:
        announce.token_trouble(held.action, error, now)
        _unreadable(held, now, error.detail.for_people(), TOKEN_RETRY)
    except RateLimited as error:
        _unreadable(held, now, str(error), error.retry_after)
    except Permanent as error:
        _refused(held, now, error.detail.for_people())
    except MetaError as error:
        _unreadable(held, now, f"Meta could not be read: {error}", held.backoff)
    except SwitchedOff as off:
        _unreadable(held, now, str(off), RETRY)
    return None


def _refused(held: Held, now: datetime, text: str) -> None:
    """Meta refuses the read for good. Whether an earlier request took effect can then not be found out by us."""
    if held.part.restoring:
        restore.impossible(held, f"Meta no longer lets us look: {text}", None, now)
    elif held.claim.maybe_sent:
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
    down = outage.why_not(held.action)
    if down:
        return finish.postponed(held, now, down, RETRY)
    if held.part.restoring:
        return _send(held, None, now)
    back = must_put_back(held, now)
    if back:
        return finish.failed(held, now, back, live)
    judgement = judge_again(held, live, now)
    if judgement is None:
        return finish.failed(held, now, "It no longer exists at Meta.", live)
    if judgement.blocked and not judgement.must_wait:
        return finish.failed(held, now, judgement.blocked.reason, live)
    if judgement.blocked:
        return finish.postponed(held, now, judgement.blocked.reason, RETRY)
    return _send(held, judgement, now)


def _send(held: Held, judgement: Judgement | None, now: datetime) -> None:
    intended = _intend(held, judgement, now)
    if intended is None:
        log.info("step lease lost before sending")
        return None
    log.info("step intended")
    return _post(intended, now)


@transaction.atomic
def _intend(held: Held, judgement: Judgement | None, now: datetime) -> Held | None:
    """The intent, the verdicts and a shrunk value become one fact; None: the lease is lost."""
    single = not held.action.steps
    new = shrunk(held.change.old, held.change.new, judgement.final) if judgement and single else held.change.new
    change = dataclasses.replace(held.change, new=new)
    claim = dataclasses.replace(held.claim, change=change, sent=held.claim.sent + 1)
    if not executor.intend(held.claim, {"entity": change.entity_id, **executor.request_of(change)}):
        return None
    action = held.action
    if action.status == Status.UNCERTAIN:
        action = move(action, Status.EXECUTING, now=now, actor="executor", payload={"send": claim.sent})
    if judgement and held.part.number == 1:
        verdicts = told(judgement)
        columns = {"value_final": new} if single else {}
        Action.objects.filter(pk=action.pk).update(verdicts=verdicts, safety_score=judgement.safety, **columns)
        action.value_final = columns.get("value_final", action.value_final)
    return Held(action, held.part, claim)


def _post(held: Held, now: datetime) -> None:
    def may_write() -> str | None:
        why_not = why_not_now(held.action, now, held.part) or outage.why_not(held.action, probe=False)
        if why_not:
            return why_not
        return None if executor.still_mine(held.claim) else "Another worker has taken over."

    try:
        sent = executor.send(held.change, may_write)
    except (NotSent, SwitchedOff) as refusal:
        return finish.postponed(held, now, str(refusal), RETRY)
    except RateLimited as error:
        return finish.postponed(held, now, str(error), max(error.retry_after, held.backoff))
    except Permanent as error:
        return _refused_write(held, error, now)
    except MetaError as error:
        outage.count(held, True, now)
        # Also an answered internal error (code 1 or 2): Meta may have applied the change all the same.
        return finish.uncertain(held, now, f"No clear answer, so the outcome is being verified: {error}")
    log.info("step sent")
    outage.count(held, False, now)
    return _read_back(held, sent, now)


def _refused_write(held: Held, error: Permanent, now: datetime) -> None:
    """A bad token stops the account until it is replaced. A token that is good but lacks a permission never does this
    one write, so that ends at once, with Meta's words."""
    if isinstance(error, TokenInvalid) and error.detail.code in TOKEN_CODES:
        announce.token_trouble(held.action, error, now)
        return finish.postponed(held, now, error.detail.for_people(), TOKEN_RETRY)
    outage.count(held, False, now)
    return _never(held, error, now)


def _never(held: Held, error: Permanent, now: datetime) -> None:
    text, trace = error.detail.for_people(), error.detail.fbtrace_id
    if held.part.restoring:
        return restore.impossible(held, text, None, now, fbtrace_id=trace)
    return finish.failed(held, now, text, None, fbtrace_id=trace)


def _read_back(held: Held, sent: Sent, now: datetime) -> None:
    """Accepted is not yet in effect: only what Meta shows counts."""
    told = {"answer": sent.answer, "made_id": sent.made_id}
    try:
        live = executor.read(held.change, sent.made_id)
    except (MetaError, SwitchedOff) as error:
        return finish.uncertain(held, now, f"Accepted, but not yet verified: {error}", **told)
    log.info("step read back")
    if executor.compare(held.change, live) is Finding.THERE:
        return finish.done(held, live, now, "Done, and read back from Meta.", sent.answer)
    text = (
        "Meta accepted it but does not show it."
        if held.change.makes
        else f"Meta accepted it but still shows {live.value}."
    )
    return finish.uncertain(held, now, text, last_seen=live.value, **told)
