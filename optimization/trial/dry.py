"""A rule's first look at an account runs dry: what it would have done is kept and shown, and nothing is done.

From the next evaluation on it may propose. A rule that was switched on before is not dry again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.urls import reverse

from metaads.graph.money import money_text
from metaads.models import AdAccount
from notifications.models import Notification
from notifications.send import notify
from optimization.gathered import SKIPPED, Gathered, Look
from optimization.kinds.plan_words import lines_of
from optimization.ledger import record
from optimization.models import DryLook, Rule
from optimization.queue.conflicts import resolve
from optimization.queue.drafts import Draft
from optimization.queue.facts import surroundings
from optimization.queue.judging import Judged, judge, welcome
from optimization.queue.propose import stake_of
from optimization.queue.standing import REJECTED_REASON, Standing, standing_of
from optimization.rules.evaluate import Outcome

MOST_SHOWN = 100
STANDS = ("passed", "refreshed")
VERDICTS = (*STANDS, "blocked", "skipped")
"""`refreshed`: the change waits already, proposed by another rule; the preview calls it the same."""
DRY = "its first look runs dry: this is what it would have done"


def dry_rules(account: AdAccount, rules: Sequence[Rule]) -> set[int]:
    """Ids of those whose first look at this account is still to come. One query, and none where no rule is new."""
    new = {rule.pk for rule in rules if rule.dry_from is not None}
    if not new:
        return set()
    looked = DryLook.objects.filter(account=account, rule__in=new).values_list("rule_id", flat=True)
    return new - set(looked)


def look_dry(account: AdAccount, gathered: Gathered, dry: set[int], now: datetime) -> list[DryLook]:
    """What each of these rules would have done by itself, not stored yet; its matches get their fate.

    A rule that broke has no look: its first one is still to come.
    """
    broke = {failure.rule.pk for failure in gathered.failures}
    looks = [(look, outcome) for look, outcome in gathered.outcomes if look.rule.pk in dry - broke]
    for match in gathered.matches:
        if match.rule.pk in dry:
            for entity_id in match.ids:
                gathered.fates.setdefault((id(match.version), entity_id), (SKIPPED, DRY))
    return [_look(account, gathered, look, outcome, now) for look, outcome in looks]


def _look(account: AdAccount, gathered: Gathered, look: Look, outcome: Outcome, now: datetime) -> DryLook:
    mine = [draft for draft in gathered.drafts if draft.rule_version is look.version]
    around, standing = surroundings(account, now), standing_of(account, now)
    kept, _ = welcome(mine, standing.rejected)
    winners, losers = resolve(kept)
    judged = judge(winners, losers, around, standing)
    judged.skipped += [(draft, REJECTED_REASON) for draft in mine if draft not in kept]
    changes = sorted(_changes(judged, standing, account.currency), key=lambda change: -(change["at_stake"] or 0))
    stakes = [change["at_stake"] for change in changes if change["verdict"] in STANDS]
    counts = {word: sum(change["verdict"] == word for change in changes) for word in VERDICTS}
    return DryLook(
        rule=look.rule,
        version=look.version,
        account=account,
        looked_at=now,
        covered=int(np.count_nonzero(outcome.covered)),
        matched=len(outcome.rows),
        unknown=int(np.count_nonzero(outcome.unknown)),
        at_stake=sum(stakes) if stakes and None not in stakes else None if stakes else 0,
        currency=account.currency,
        counts=counts,
        changes=changes[:MOST_SHOWN],
    )


def _changes(judged: Judged, standing: Standing, currency: str) -> list[dict[str, Any]]:
    found = [
        _change(draft, "refreshed" if draft.key in standing.open else "passed", "", judgement.final, currency)
        for draft, judgement in judged.passed
    ]
    for draft, judgement in judged.blocked:
        said = judgement.blocked.reason if judgement.blocked else ""
        found.append(_change(draft, "blocked", said, judgement.final, currency))
    return found + [_change(draft, "skipped", why, draft.wanted, currency) for draft, why in judged.skipped]


def _change(draft: Draft, verdict: str, reason: str, final: Any, currency: str) -> dict[str, Any]:
    return {
        "level": draft.entity.level,
        "entity_id": draft.entity.meta_id,
        "name": draft.entity.name,
        "kind": draft.kind,
        "field": draft.field,
        "before": draft.before,
        "wanted": final,
        "at_stake": stake_of(draft.field, draft.before, final, draft.at_stake),
        "verdict": verdict,
        "reason": reason,
        **({"plan": [line.text for line in lines_of(draft.steps, currency)]} if draft.steps else {}),
    }


def keep_dry_looks(looks: Sequence[DryLook], now: datetime) -> None:
    """Stores them, with the ledger, and tells the owners. Call it in the transaction of the run."""
    for look in looks:
        _, new = DryLook.objects.get_or_create(rule=look.rule, account=look.account, defaults=_columns(look))
        if new:
            about = {"rule": str(look.rule.public_id), "change": "dry_look"}
            payload = {**about, "matched": look.matched, "counts": look.counts}
            record("rule_changed", account_id=look.account_id, actor="rule", now=now, payload=payload)
            _tell(look, now)


def _columns(look: DryLook) -> dict[str, Any]:
    names = ("version", "looked_at", "covered", "matched", "unknown", "at_stake", "currency", "counts", "changes")
    return {name: getattr(look, name) for name in names}


def said(look: DryLook) -> str:
    """The result in a sentence or two."""
    text = f"It looked at {look.covered:,} and matched {look.matched:,}."
    if look.matched and look.changes:
        stake = "" if look.at_stake is None else f", {money_text(look.at_stake, look.currency)} a day at stake"
        passed, waits = look.counts["passed"], look.counts.get("refreshed", 0)
        text += f" It would have proposed {passed:,} change{'' if passed == 1 else 's'}{'' if waits else stake}."
        text += f" {waits:,} more wait{'s' if waits == 1 else ''} already{stake}." if waits else ""
        held = look.counts["blocked"] + look.counts["skipped"]
        text += f" {held:,} more were held back." if held else ""
    return text + (f" For {look.unknown:,} there were no data to decide." if look.unknown else "")


def _tell(look: DryLook, now: datetime) -> None:
    rule = look.rule
    notify(
        subject="" if rule.owner else f"account:{look.account_id}",
        key=f"rule-dry:{rule.public_id}:{look.account_id}",
        kind=Notification.Kind.INSIGHT,
        severity=Notification.Severity.INFO,
        title=f"First look of {rule.name}: {look.matched:,} matches, nothing done",
        body=f"{look.account.name}: {said(look)} From the next evaluation on, it may propose.",
        link=reverse("rule", args=[rule.public_id]),
        now=now,
        user=rule.owner,
    )


def dry_looks(rule: Rule, accounts: Any = None) -> list[DryLook]:
    """What the first looks of this rule found, newest first; `accounts` narrows to those that somebody may see."""
    looks = rule.dry_looks.select_related("account", "version")
    return list(looks if accounts is None else looks.filter(account__in=accounts))


def is_waiting(rule: Rule) -> bool:
    """Whether the rule is on and its first look at some account is still to come, as far as it names accounts."""
    if not rule.active or rule.dry_from is None:
        return False
    named = set(rule.accounts.values_list("pk", flat=True))
    looked = set(rule.dry_looks.values_list("account_id", flat=True))
    return bool(named - looked) if named else not looked
