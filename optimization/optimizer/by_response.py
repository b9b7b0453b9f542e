"""Drafts of the methods `marginal` and `thompson`: what response curves say of an account (spec 40, Smart allocation).

Figures of the ads, day by day -> curves (`response`) -> what stops and which budgets move (`plan`) -> drafts, with the
expected gain a day and its 80 % interval, and the curve for the page.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.frame import Frame
from metaads.graph.money import from_minor
from metaads.models import AdAccount, Level
from optimization.entities import Entity, load
from optimization.kinds import KINDS
from optimization.models import Method, Source
from optimization.optimizer.allocate import dice
from optimization.optimizer.bounds import Known, least_of, most_in_all, most_of, room_today
from optimization.optimizer.mix import AD_SET, CAMPAIGN, Stop
from optimization.optimizer.plan import Move, Plan, plan
from optimization.optimizer.purses import Estate, Purse
from optimization.optimizer.response import Levels, fit
from optimization.optimizer.seen import RUNNING, Seen, seen
from optimization.optimizer.telling import BY_CURVE, of_move, of_stop
from optimization.queue.drafts import Draft
from optimization.queue.facts import Surroundings, surroundings
from optimization.world import World

WEEK = 7
BEHIND_RULES = 1


class Wanted(Protocol):
    """The knobs that count here."""

    @property
    def method(self) -> str: ...
    @property
    def break_even_roas(self) -> float: ...
    @property
    def min_confidence(self) -> float: ...


@dataclass(frozen=True)
class _Scene:
    account: AdAccount
    seen: Seen
    levels: Levels
    around: Surroundings
    entities: Mapping[tuple[str, str], Entity]
    knobs: Wanted

    def entity(self, level: str, place: int) -> Entity | None:
        ids = {CAMPAIGN: self.seen.campaign_ids, AD_SET: self.seen.set_ids}.get(level, self.seen.frame.ids)
        return self.entities.get((level, str(ids[place])))

    def known(self, level: str, place: int) -> Known:
        """Of the last seven days."""
        rows = [place] if level == Level.AD else self.seen.ads_of(level == CAMPAIGN, place)
        spend = float(np.nansum(self.seen.panel.spend[-WEEK:, rows]))
        shown = self.seen.frame.columns.get("impressions_7d")
        impressions = None if shown is None else float(np.nansum(np.asarray(shown, dtype=np.float64)[rows]))
        return Known(from_minor(round(spend), self.account.currency), impressions)


def drafts_by_response(
    account: AdAccount,
    frames: Mapping[str, Frame],
    world: World,
    knobs: Wanted,
    now: datetime,
    among: Collection[str] | None = None,
) -> list[Draft]:
    """What the account's response curves ask for now, most gain first. Reads, changes nothing.

    `frames`: fresh tables by level; without that of the ads there is nothing to say. `among`: Meta ids of the campaigns
    that may be changed, None = all; the others are learned from all the same.
    """
    ads = frames.get(Level.AD)
    found = None if ads is None else seen(account, ads)
    if found is None:
        return []
    scene = _scene(account, found, frames, knobs, now)
    random = dice(account.pk, windows.local_day(now, account.zone))
    estate = _estate(scene, world, among)
    explores, sure = knobs.method == Method.THOMPSON, knobs.min_confidence
    made = plan(scene.levels, estate, knobs.break_even_roas, random, explores=explores, sure=sure)
    return list(_drafts(scene, made))


def _scene(account: AdAccount, found: Seen, frames: Mapping[str, Frame], knobs: Wanted, now: datetime) -> _Scene:
    wanted = {Level.CAMPAIGN: found.campaign_ids, Level.AD_SET: found.set_ids, Level.AD: found.frame.ids}
    entities = {
        (str(level.value), one): entity
        for level, ids in wanted.items()
        for one, entity in load(account, level, ids.tolist()).items()
    }
    around = surroundings(account, now, made=frames)
    return _Scene(account, found, fit(found.panel), around, entities, knobs)


def _estate(scene: _Scene, world: World, among: Collection[str] | None) -> Estate:
    found = scene.seen
    inside = np.array([among is None or str(one) in among for one in found.campaign_ids])
    lately = np.where(inside[found.campaign_of][found.panel.set_of], found.lately, 0.0)
    purses = tuple(_purses(scene, world, inside))
    budgets = {f"{one.level}:{one.place}": one.now for one in purses}
    room = room_today(scene.around)
    return Estate(lately, found.campaign_of, purses, room or 0, most_in_all(scene.around, budgets))


def _purses(scene: _Scene, world: World, inside: Any) -> Iterator[Purse]:
    """Daily budgets of what runs, with their bounds of today."""
    found = scene.seen
    places = [(CAMPAIGN, place, place) for place in range(len(found.campaign_ids))]
    places += [(AD_SET, place, int(campaign)) for place, campaign in enumerate(found.campaign_of)]
    for level, place, campaign in places:
        entity, above = scene.entity(level, place), scene.entity(CAMPAIGN, campaign)
        if not inside[campaign] or entity is None or above is None or not entity.daily_budget:
            continue
        if entity.effective_status == RUNNING and above.effective_status == RUNNING:
            now = entity.daily_budget
            most = most_of(entity, now, scene.known(level, place), scene.around)
            yield Purse(level, place, now, least_of(entity, now, world, scene.around), most)


def _drafts(scene: _Scene, made: Plan) -> Iterator[Draft]:
    ranked: Sequence[Stop | Move] = sorted([*made.stops, *made.moves], key=lambda one: -one.gain[1])
    for one in ranked:
        if one.confidence < scene.knobs.min_confidence:
            continue
        draft = _of_stop(scene, one) if isinstance(one, Stop) else _of_move(scene, one)
        if draft is not None:
            yield draft


def _of_stop(scene: _Scene, one: Stop) -> Draft | None:
    entity = scene.entity(one.level, one.place)
    if entity is None or entity.status != RUNNING:
        return None
    told = of_stop(one, scene.levels, scene.account.currency)
    return _draft(scene, entity, "pause", {}, ("status", entity.status, "PAUSED"), told, one.place, one.spend)


def _of_move(scene: _Scene, one: Move) -> Draft | None:
    purse = one.purse
    entity = scene.entity(purse.level, purse.place)
    if entity is None or entity.status != RUNNING:
        return None
    told = of_move(one, scene.levels, scene.account.currency)
    if one.wanted is None:
        return _draft(scene, entity, "pause", {}, ("status", entity.status, "PAUSED"), told, purse.place, one.spend)
    kind = "increase_budget" if one.wanted > purse.now else "decrease_budget"
    step = {"amount": str(from_minor(abs(one.wanted - purse.now), scene.account.currency))}
    change = ("daily_budget", purse.now, one.wanted)
    return _draft(scene, entity, kind, step, change, told, purse.place, one.spend)


def _draft(
    scene: _Scene,
    entity: Entity,
    kind: str,
    parameters: dict[str, Any],
    change: tuple[str, Any, Any],
    told: Mapping[str, Any],
    place: int,
    spend: float,
) -> Draft:
    known = scene.known(entity.level, place)
    return Draft(
        source=Source.OPTIMIZER,
        entity=entity,
        kind=kind,
        parameters=parameters,
        field=change[0],
        before=change[1],
        wanted=change[2],
        reason_code=BY_CURVE,
        priority=BEHIND_RULES,
        data_read_at=scene.seen.frame.read_at,
        spend=Decimal(known.spend) if known.spend is not None else None,
        impressions=known.impressions,
        at_stake=round(spend),
        may_act_alone=KINDS[kind].may_act_alone,
        asked_of=entity.meta_id,
        deciding=frozenset({"roas"}),
        confidence_note="Probability that the change gains anything, over draws from the response curves.",
        **told,
    )
