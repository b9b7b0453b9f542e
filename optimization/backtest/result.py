"""What a back-test answers, as plain values that JSON can hold. Money in the major unit, but for budgets (minor)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from intelligence.metrics import windows
from metaads.models import AdAccount
from optimization.outcomes import After, total

MOST_FIRINGS = 2000
"""Firings that a result lists, newest left out; all are counted and summed."""


@dataclass(frozen=True)
class Firing:
    """One proposal that would have been made (or was). `asked_of`: whose figures fired it; the change may be its
    parent's. `rule`: public id, "" for one that is not saved. `fate`: what became of it."""

    at: datetime
    resolution: str
    rule: str
    rule_name: str
    level: str
    entity_id: str
    entity_name: str
    asked_of: str
    kind: str
    field: str
    before: Any
    wanted: Any
    final: Any
    change: str
    reason: str
    at_stake: int | None
    fate: str
    spent_today: float | None = None
    parents: tuple[tuple[str, str], ...] = ()
    after: After | None = None

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        found = values.pop("after") or {}
        values.pop("parents")
        values.pop("spent_today")
        return {**values, "at": self.at.isoformat(), **found}


@dataclass
class BacktestResult:
    """`resolutions`: moments by resolution. `blocked`, `skipped`, `nothing`: entities held back, by reason, each
    entity once a reason. `told`: entities that a notice would have named. `notes`: what the figures cannot say."""

    account: AdAccount
    since: datetime
    until: datetime
    mode: str
    rules: list[dict[str, Any]]
    campaign: str | None = None
    resolutions: Counter[str] = field(default_factory=Counter)
    firings: list[Firing] = field(default_factory=list)
    matched: int = 0
    told: int = 0
    blocked: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    nothing: Mapping[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    recorded: dict[str, Any] | None = None

    @property
    def resolution(self) -> str:
        """hourly, daily, restated, mixed, or none."""
        kinds = [kind for kind, count in self.resolutions.items() if count]
        return kinds[0] if len(kinds) == 1 else "mixed" if kinds else "none"

    def measured(self, outcomes: Sequence[After | None]) -> None:
        """Lays the outcomes onto the firings, in their order; None = it was really carried out."""
        pairs = zip(self.firings, outcomes, strict=True)
        self.firings = [replace(firing, after=outcome) for firing, outcome in pairs]

    def totals(self) -> dict[str, Any]:
        """Cuts and raises apart, for a raise would hide a cut."""
        known = [one.after for one in self.firings if one.after is not None]
        cuts = [one for one in known if one.spend_cut is not None and one.spend_cut >= 0]
        raises = [one for one in known if one.spend_cut is not None and one.spend_cut < 0]
        less, more = total(cuts), total(raises)
        return {
            "firings": len(self.firings),
            "entities": len({(one.level, one.entity_id) for one in self.firings}),
            "by_kind": dict(Counter(one.kind for one in self.firings)),
            "spend_cut": less.spend_cut,
            "conversions_lost": less.conversions_lost,
            "value_lost": less.value_lost,
            "spend_added": _turned(more.spend_cut),
            "conversions_gained": _turned(more.conversions_lost),
            "value_gained": _turned(more.value_lost),
            "estimate": any(one.estimate for one in known),
            "unknown": sum(one.spend_cut is None for one in known),
            "unknown_days": sum(one.unknown_days for one in known),
        }

    def per_day(self) -> list[dict[str, Any]]:
        """Firings and what they cut, by the account day of the firing."""
        days: dict[str, list[Firing]] = {}
        for firing in self.firings:
            days.setdefault(windows.local_day(firing.at, self.account.zone).isoformat(), []).append(firing)
        return [
            {"day": day, "firings": len(found), "spend_cut": total([f.after for f in found if f.after]).spend_cut}
            for day, found in sorted(days.items())
        ]

    def as_json(self) -> dict[str, Any]:
        shown = self.firings[:MOST_FIRINGS]
        return {
            "account": self.account.meta_id,
            "currency": self.account.currency,
            "zone": self.account.timezone_name,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "mode": self.mode,
            "campaign": self.campaign,
            "rules": self.rules,
            "resolution": self.resolution,
            "resolutions": dict(self.resolutions),
            "totals": self.totals(),
            "per_day": self.per_day(),
            "firings": [firing.as_json() for firing in shown],
            "firings_left_out": len(self.firings) - len(shown),
            "matched": self.matched,
            "told": self.told,
            "blocked": dict(self.blocked),
            "skipped": dict(self.skipped),
            "nothing": dict(self.nothing),
            "problems": self.problems,
            "notes": self.notes,
            "recorded": self.recorded,
        }


def _turned(value: float | None) -> float | None:
    return None if value is None else 0.0 - value
