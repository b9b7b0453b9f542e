"""The box on an object's page from which a manager changes or locks it by hand."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from metaads.models import AdAccount, Level
from optimization.by_person import FIRST, kinds_for
from optimization.entities import Entity, load_one
from optimization.kinds import KINDS, Kind
from optimization.queue.locks import locks_of
from optimization.views.cards import ICONS
from optimization.views.lock_words import LockFace, lock_face

ICON = {**ICONS, "increase_budget": "up", "decrease_budget": "down", "set_budget": "set"}
OPPOSITE = {"ACTIVE": "activate", "PAUSED": "pause"}
"""What an object of this status is already, so that it is not offered."""


@dataclass(frozen=True)
class Offer:
    label: str
    href: str
    icon: str


@dataclass(frozen=True)
class Elsewhere:
    """Where the budget lives, if not here: why it is not changed from here, and the way to it."""

    text: str
    href: str
    label: str


@dataclass(frozen=True)
class ChangeBox:
    """`offers` are the usual kinds, `more` leads to all of them. `lock`: what holds it now, None = it is free."""

    offers: tuple[Offer, ...]
    more: str
    lock: LockFace | None
    lock_door: str
    release_door: str
    may: bool
    elsewhere: "Elsewhere | None" = None


def change_box(
    account: AdAccount, level: str, meta_id: str, status: str, above: tuple[str, ...], now: datetime, may: bool
) -> ChangeBox:
    """Two queries, for the lock and the object. `status` is Meta's; what it is already is not offered, nor what is
    always refused on it. `above`: ids it is in."""
    address = reverse("change", args=[level, meta_id])
    entity = load_one(account, level, meta_id) if may and level in Level.values else None
    able = kinds_for(level, entity)
    usual = [kind for kind in able if kind.key in FIRST and kind.key != OPPOSITE.get(status)]
    rest = len(able) > len(usual)
    held = locks_of(account, now).of(level, meta_id, above)
    return ChangeBox(
        offers=tuple(_offer(kind, address) for kind in usual) if may else (),
        more=address if rest else "",
        lock=lock_face(held, level, meta_id, account),
        lock_door=reverse("lock", args=[level, meta_id]),
        release_door=reverse("lock-release", args=[level, meta_id]),
        may=may,
        elsewhere=elsewhere(entity),
    )


def elsewhere(entity: Entity | None) -> Elsewhere | None:
    """None where its budget is changed here."""
    why = KINDS["set_budget"].never_on(entity) if entity else ""
    if entity is None or not why:
        return None
    if entity.level == Level.CAMPAIGN:
        return Elsewhere(why, f"{reverse('campaign', args=[entity.meta_id])}#children-title", "Its ad sets")
    if entity.home is None:
        return None
    return Elsewhere(why, reverse("campaign", args=[entity.campaign_id]), "To the campaign")


def _offer(kind: Kind, address: str) -> Offer:
    return Offer(kind.label, f"{address}?kind={kind.key}", ICON.get(kind.key, "edit"))
