"""What a simulation lives through: the rules, and a world that resembles the account in currency, zone and size."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from metaads.models import Ad, AdAccount, AdSet, Campaign
from optimization.backtest import Unsaved
from optimization.models import Rule

MARKETS = (
    ("EUR", "Europe/Berlin"),
    ("JPY", "Asia/Tokyo"),
    ("USD", "America/New_York"),
    ("HUF", "Europe/Budapest"),
    ("BHD", "Asia/Bahrain"),
    ("GBP", "Europe/London"),
    ("AUD", "Australia/Sydney"),
    ("BRL", "America/Sao_Paulo"),
    ("INR", "Asia/Kolkata"),
    ("IDR", "Asia/Jakarta"),
)
"""The sandbox's accounts in their order."""
MOST = {"campaigns": 8, "ad_sets": 20, "ads": 40}
"""Of each level in a world: larger ones say little more and take much longer."""


@dataclass(frozen=True)
class Spec:
    """JSON in and out. `world`: account (its number), accounts, campaigns, ad_sets, ads, currency, zone."""

    rules: list[dict[str, Any]]
    days: int
    seed: int
    step_hours: float
    world: dict[str, Any]

    def arm(self, with_rules: bool) -> dict[str, Any]:
        return {**asdict(self), "rules": self.rules if with_rules else []}


def spec_for(account: AdAccount, rules: Sequence[Rule | Unsaved], days: int, seed: int, step_hours: float = 6) -> Spec:
    """The world's size follows what delivers in the account, within `MOST`."""
    number = next((place for place, (currency, _) in enumerate(MARKETS) if currency == account.currency), 0)
    currency, zone = MARKETS[number]
    world = {"account": number, "accounts": number + 1, "currency": currency, "zone": zone, **_counts(account)}
    written = [_written(rule) for rule in rules]
    return Spec(written, days, seed, step_hours, world)


def _counts(account: AdAccount) -> dict[str, int]:
    """At least one of each, and never fewer of a lower level than of a higher one."""
    counts, least = {}, 1
    for name, model in (("campaigns", Campaign), ("ad_sets", AdSet), ("ads", Ad)):
        alive = model._default_manager.filter(account=account, deleted_at__isnull=True, effective_status="ACTIVE")
        counts[name] = least = max(least, min(alive.count(), MOST[name]))
    return counts


def _written(rule: Rule | Unsaved) -> dict[str, Any]:
    if isinstance(rule, Unsaved):
        return {**asdict(rule), "category": Rule.Category.LOSS_PREVENTION.value}
    return {
        "name": rule.name,
        "level": rule.level,
        "category": rule.category,
        "priority": rule.priority,
        "document": rule.current.document if rule.current else {},
    }
