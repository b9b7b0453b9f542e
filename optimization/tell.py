"""Notices of `notify_only` rules: one per rule, account and account-day, however many entities match."""

from datetime import datetime

from intelligence.metrics import catalog
from metaads.models import AdAccount, Level
from notifications.send import notify
from optimization.wants import Gathered, Match

NAMES = 5
NAME = catalog.resolve("name")
PLURAL = {Level.CAMPAIGN: "campaigns", Level.AD_SET: "ad sets", Level.AD: "ads"}


def tell(account: AdAccount, gathered: Gathered, now: datetime) -> int:
    """Writes the notices of all matches whose rule has a `notify_only` step; gives their number."""
    told = 0
    for match in gathered.matches:
        steps = [step for step in match.compiled.document.actions if step.kind == "notify_only"]
        if steps:
            _one(account, match, [str(step.parameters["message"]) for step in steps], now)
            told += 1
    return told


def _one(account: AdAccount, match: Match, messages: list[str], now: datetime) -> None:
    names = catalog.column(match.frame, NAME)
    shown = [str(names[row]) or entity for row, entity in zip(match.rows[:NAMES], match.ids, strict=False)]
    more = f" and {len(match.rows) - NAMES} more" if len(match.rows) > NAMES else ""
    said = " ".join(f"{message[:1].upper()}{message[1:]}." for message in messages)
    level = Level(match.frame.level)
    what = level.label.lower() if len(match.rows) == 1 else PLURAL[level]
    notify(
        subject=f"account:{account.pk}",
        key=f"rule:{match.rule.pk}:{account.pk}:{now.astimezone(account.zone):%Y-%m-%d}",
        kind="insight",
        severity="info",
        title=f"{match.rule.name}: {len(match.rows)} {what}",
        body=f"{said} {', '.join(shown)}{more}.",
        link="",
        now=now,
    )
