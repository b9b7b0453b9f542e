"""Winners among a goal's learning ad sets, by cost per core event, each with the probability that it is no chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from optimization.models import OrchestratorSettings
from optimization.orchestrator import posterior
from optimization.orchestrator.core_signal import Figures

MOST = 2
SURE = 0.90
"""The best by less than the lead is one all the same, where chance is this unlikely the cause."""


@dataclass(frozen=True)
class Candidate:
    """A learning ad set. `hours`: since it was made; `figures`: since then, or of the last `days` days, where it is
    older (None = since then)."""

    meta_id: str
    name: str
    hours: float
    figures: Figures
    running: bool = True
    days: int | None = None


@dataclass(frozen=True)
class Winner:
    candidate: Candidate
    probability: float
    reason: str


@dataclass(frozen=True)
class Found:
    """`chances`: each ad set's probability of being, in truth, ahead of the median by the lead. `why_none`: "" = some
    won."""

    winners: tuple[Winner, ...]
    chances: Mapping[str, float]
    why_none: str = ""


def find(candidates: list[Candidate], row: OrchestratorSettings, least_events: int | None = None) -> Found:
    """`candidates`: all learning ad sets of the goal that ever ran; those that no longer run are compared with, and do
    not win. `least_events`: the goal's own number instead of the account's."""
    known = [one for one in candidates if one.figures.known]
    figures = [one.figures for one in known]
    chances = {one.meta_id: p for one, p in zip(known, posterior.leads(figures, row.winner_lead), strict=True)}
    first = {one.meta_id: p for one, p in zip(known, posterior.best(figures), strict=True)}
    events = row.winner_min_events if least_events is None else least_events
    able = [one for one in known if one.running and _has_volume(one, row, events)]
    if not able:
        return Found((), chances, "No ad set has the volume, the events and the age yet that a winner needs.")
    if len(known) < 2:
        return Found((), chances, "There is no other ad set to compare with yet.")
    seen = [one for one in known if _is_seen(one, row)]
    ranked = sorted(able, key=lambda one: (one.figures.cost or 0.0, one.meta_id))[:MOST]
    winners = [won for place, one in enumerate(ranked) if (won := _wins(one, place, seen, row, first, chances))]
    return Found(tuple(winners), chances, "" if winners else _why_none(ranked, seen))


def _why_none(ranked: list[Candidate], seen: list[Candidate]) -> str:
    if all(_middle(one, seen) is None for one in ranked):
        return "The other ad sets have not spent enough yet to compare with."
    return "None is ahead of the median by enough."


def _has_volume(one: Candidate, row: OrchestratorSettings, events: int) -> bool:
    return _is_seen(one, row) and one.figures.events >= events and one.hours >= row.winner_min_hours


def _is_seen(one: Candidate, row: OrchestratorSettings) -> bool:
    """It spent, or was shown, as much as a winner must: before, its cost per event says nothing."""
    enough = row.winner_min_spend is not None and one.figures.spend >= float(row.winner_min_spend)
    return enough or one.figures.impressions >= row.winner_min_impressions


def _middle(one: Candidate, seen: list[Candidate]) -> tuple[float, bool] | None:
    """The median cost per event to compare it with, and whether it may be more in truth; None = no other can tell.

    An ad set without an event costs at least what it spent. Where that is less than one event costs this one, it may
    yet turn out cheaper, so it is left out.
    """
    cost = one.figures.cost
    if cost is None:
        return None
    silent = [other.figures.spend for other in seen if other.figures.cost is None and other.figures.spend >= cost]
    costs = [other.figures.cost for other in seen if other.figures.cost is not None] + silent
    return (median(costs), bool(silent)) if len(costs) > 1 else None


def _wins(
    one: Candidate,
    place: int,
    seen: list[Candidate],
    row: OrchestratorSettings,
    first: Mapping[str, float],
    chances: Mapping[str, float],
) -> Winner | None:
    cost = one.figures.cost
    if cost is None:
        return None
    found, probability = _middle(one, seen), chances[one.meta_id]
    middle, least = found or (cost, False)
    ahead = 1 - cost / middle if middle > 0 else 0.0
    others = f"a median of {'at least ' if least else ''}{middle:,.2f}" if found else "no other that spent enough"
    said = f"{cost:,.2f} per event against {others}, {one.figures.events:,.0f} events"
    if found and ahead >= row.winner_lead:
        return Winner(one, probability, f"{said}: {ahead:.0%} better. That it is no chance: {probability:.0%}.")
    if place == 0 and first[one.meta_id] >= SURE:
        sure = first[one.meta_id]
        return Winner(one, sure, f"{said}: the best of all. That it is no chance: {sure:.0%}.")
    return None
