"""Stale proposals: a flag that blocks approval until the rule fires again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models.fields.json import KT

from metaads.models import AdAccount
from optimization.models import OPEN_STATUSES, Action, Source, Status
from optimization.present import Asked, present_of, unlike
from optimization.queue.conflicts import Superseded
from optimization.queue.drafts import Draft
from optimization.queue.standing import Key
from optimization.steps import STEPS
from optimization.value_words import value_text


class Unwanted(NamedTuple):
    """An open proposal that nobody wanted this time. `rule_id` None = no rule made it; `asked_of`: whose figures fired
    it, where that is another object than the one to be changed."""

    pk: int
    level: str
    entity_id: str
    kind: str
    field: str
    before: Any
    rule_id: int | None
    asked_of: str | None
    status: str
    source: str
    campaign_id: str

    @property
    def key(self) -> Key:
        return self.level, self.entity_id, self.kind


COLUMNS = (
    *("pk", "level", "entity_id", "kind", "field", "value_before", "rule_version__rule_id"),
    *(KT("metrics__asked_of__id"), "status", "source", "campaign_id"),
)
"""A key's name in the path would do, but Django then keeps an exception whose frames hold the whole run until the
collector finds them."""
Held = Mapping[tuple[int, str], str]
"""Why a rule that matched did not want its change all the same, by rule and the object that matched."""
Optimised = Callable[[str], bool]
"""Whether the optimiser looked at a campaign this time ("" = at the account as a whole)."""


def mark_stale(
    account: AdAccount,
    evaluated: Mapping[int, int],
    winners: Sequence[Draft],
    now: datetime,
    losers: Sequence[Superseded] = (),
    held: Held | None = None,
    optimised: Optimised | None = None,
) -> int:
    """Flags open proposals whose rule, or the optimiser, looked and no longer wants them, or whose entity has changed.

    A mere suggestion keeps alive only what is itself a suggestion.
    """
    acting = {draft.key for draft in winners if not draft.suggested_only}
    suggested = {draft.key for draft in winners}
    rows = Action.objects.filter(account=account, status__in=OPEN_STATUSES, stale_reason="").values_list(*COLUMNS)
    found = [Unwanted(*row) for row in rows]
    unwanted = [one for one in found if one.key not in (suggested if one.status == Status.SUGGESTED else acting)]
    at = account.moment(now)
    lost = {loser.draft.key: loser.reason for loser in losers}
    reasons = {one.pk: _why(one, at, lost, held or {}) for one in unwanted if one.rule_id in evaluated}
    reasons |= {
        one.pk: _why(one, at, lost, {})
        for one in unwanted
        if one.source == Source.OPTIMIZER and optimised is not None and optimised(one.campaign_id)
    }
    reasons |= _changed(account, [one for one in unwanted if one.pk not in reasons])
    for reason in dict.fromkeys(reasons.values()):
        mine = [pk for pk, why in reasons.items() if why == reason]
        Action.objects.filter(pk__in=mine, status__in=OPEN_STATUSES).update(stale_reason=reason)
    return len(reasons)


def _why(one: Unwanted, at: str, lost: Mapping[Key, str], held: Held) -> str:
    """Its rule was looked at and does not want it: it lost, it was held back, or its condition no longer holds."""
    reason = lost.get(one.key)
    if reason:
        return f"at {at} another wish went before it. {reason}"
    reason = held.get((one.rule_id or 0, one.asked_of or one.entity_id))
    if reason:
        return f"at {at} its rule held back. {_sentence(reason)}"
    who = "the optimiser no longer wanted it" if one.source == Source.OPTIMIZER else "its condition no longer held"
    return f"{who} at {at}."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _changed(account: AdAccount, proposals: Sequence[Unwanted]) -> dict[int, str]:
    asked = [Asked(one.level, one.entity_id, one.field, one.before) for one in proposals]
    reasons: dict[int, str] = {}
    for one, now in zip(proposals, present_of(account, asked), strict=True):
        if now.entity is None:
            reasons[one.pk] = "it no longer exists at Meta."
        elif unlike(one.before, now.value, one.field, account.currency):
            reasons[one.pk] = _changed_text(one, now.value, account.currency)
    return reasons


def _changed_text(one: Unwanted, value: Any, currency: str) -> str:
    if one.field == STEPS:
        return f"it was changed meanwhile: {unlike(one.before, value, one.field, currency)}"
    return f"it was changed meanwhile to {value_text(one.field, value, currency)}."
