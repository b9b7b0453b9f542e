"""Splits what an evaluation found into what may act and what is only tried: dry first looks, and the hold-out."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from metaads.models import AdAccount
from optimization.gathered import Gathered
from optimization.models import DryLook, HoldoutDraw
from optimization.trial.dry import dry_rules, keep_dry_looks, look_dry
from optimization.trial.holdout import hold_out, keep_draws

HELD_OUT = "held out to measure the rule's effect"


@dataclass(frozen=True)
class Tried:
    """`acting`: what may become proposals and notices. `skipped`: counts by reason for the run's record."""

    acting: Gathered
    looks: list[DryLook]
    draws: list[HoldoutDraw]
    skipped: Counter[str]


def try_first(account: AdAccount, gathered: Gathered, now: datetime) -> Tried:
    """Stores nothing. What is set aside gets its fate in `gathered.fates`, which `acting` shares."""
    dry = dry_rules(account, [look.rule for look, _ in gathered.outcomes])
    looks = look_dry(account, gathered, dry, now) if dry else []
    acting = replace(
        gathered,
        matches=[match for match in gathered.matches if match.rule.pk not in dry],
        drafts=[d for d in gathered.drafts if d.rule_version is None or d.rule_version.rule_id not in dry],
    )
    drawn = hold_out(account, acting, now)
    acting.drafts = drawn.going_on
    skipped = Counter({HELD_OUT: drawn.held} if drawn.held else {})
    return Tried(acting, looks, drawn.draws, skipped)


def keep_tried(tried: Tried, now: datetime) -> None:
    """Call it in the transaction of the run."""
    keep_dry_looks(tried.looks, now)
    keep_draws(tried.draws)
