"""Whether an account's data can be trusted: all checks looked at, the state kept, every change noted.

Doubt comes at once and goes slowly: the state clears when no check has objected for CLEAR_AFTER and those that had
objected find all well again, or when for NOTHING_LEFT there was nothing that they could judge. A check that errs
objects: it fails closed. The ledger is written by `optimization`, from the changes that are not recorded yet.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from intelligence.collect.quality_checks import CHECKS, Check, Finding, Verdict
from intelligence.models import QualityChange, QualityState
from metaads.models import AdAccount

log = logging.getLogger(__name__)
CLEAR_AFTER = timedelta(hours=2)
NOTHING_LEFT = timedelta(hours=24)
Reasons = list[dict[str, str]]


@dataclass(frozen=True)
class Standing:
    """What is to be kept after a look."""

    since: datetime | None
    clean_since: datetime | None
    reasons: Reasons
    change: str = ""


def assess(account: AdAccount, now: datetime, checks: tuple[Check, ...] = CHECKS) -> QualityState:
    """Looks at everything at business time `now`. Asks the database alone; a look at an older `now` changes nothing."""
    findings = [_look(check, account, now) for check in checks]
    with transaction.atomic():
        QualityState.objects.get_or_create(account=account, defaults={"checked_at": now})
        state = QualityState.objects.select_for_update().get(account=account)
        if now < state.checked_at:
            return state
        standing = weigh(state, findings, now)
        state.checked_at, state.findings = now, [finding.as_json() for finding in findings]
        state.doubtful_since, state.clean_since = standing.since, standing.clean_since
        state.reasons = standing.reasons
        state.save()
        if standing.change:
            QualityChange.objects.create(account=account, kind=standing.change, at=now, reasons=standing.reasons)
    return state


def weigh(state: QualityState, findings: list[Finding], now: datetime) -> Standing:
    """From the state so far and what was found to what holds now."""
    doubts = [finding for finding in findings if finding.verdict is Verdict.DOUBTFUL]
    since, reasons = state.doubtful_since, [finding.as_json() for finding in doubts]
    if doubts and since is None:
        return Standing(now, None, reasons, QualityChange.Kind.DOUBTFUL)
    if doubts:
        other = {one["check"] for one in reasons} != {one["check"] for one in state.reasons}
        return Standing(since, None, reasons, QualityChange.Kind.REASONS if other else "")
    if since is None:
        return Standing(None, None, [])
    clean_since = state.clean_since or now
    if _clears(state.reasons, findings, now - clean_since):
        return Standing(None, None, [], QualityChange.Kind.CLEARED)
    return Standing(since, clean_since, state.reasons)


def _clears(reasons: Reasons, findings: list[Finding], clean_for: timedelta) -> bool:
    blamed = {reason["check"] for reason in reasons}
    fine = all(finding.verdict is Verdict.FINE for finding in findings if finding.check in blamed)
    return clean_for >= (CLEAR_AFTER if fine else NOTHING_LEFT)


def _look(check: Check, account: AdAccount, now: datetime) -> Finding:
    try:
        return check.look(account, now)
    except Exception as error:
        log.exception("quality check %s failed for account %s", check.key, account.meta_id)
        return check.doubtful(
            f"{check.label}: this could not be checked ({type(error).__name__}), so it counts as doubt."
        )
