"""What a change by hand would do, and what the guard rails say to a person. Stores nothing."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from intelligence.models import Freshness
from metaads.graph.money import to_minor
from metaads.models import AdAccount, Level
from optimization.by_person.asking import BadParameters, Wanted, checked, kind_of, timed_as
from optimization.entities import Entity, load
from optimization.foresee import basis_for
from optimization.guards import Judgement, Verdict, advisory, hard
from optimization.kinds import FieldChange, Kind, Refusal
from optimization.live_world import LiveWorld
from optimization.models import ACCOUNT_LEVEL, Action, Source, Status
from optimization.queue.drafts import Draft
from optimization.queue.errors import Invalid, Stale
from optimization.queue.facts import surroundings
from optimization.queue.judging import rails
from optimization.queue.propose import content_of
from optimization.wants import planned
from optimization.world import NotKnown, World

IMPORTED = "This account holds imported data only: there is nothing at Meta to change."
BY_PERSON = "by_person"
PRIORITY = 100
"""A person goes before every rule (whose priorities end there)."""


@dataclass(frozen=True)
class Look:
    """What would happen. `action` is as it would be stored, and is not; `asked` is the object it was asked of."""

    kind: Kind
    asked: Entity
    action: Action
    judgement: Judgement

    @property
    def hard(self) -> list[Verdict]:
        """What stands in the way, whoever wants it."""
        return hard(self.judgement)

    @property
    def advisory(self) -> list[Verdict]:
        """What a person must override with a reason."""
        return advisory(self.judgement)

    @property
    def seen(self) -> str:
        """A fingerprint of the change itself: what is done must be what was looked at."""
        one = self.action
        said = [one.level, one.entity_id, one.kind, one.field, one.value_before, one.value_final, one.steps]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]


def look(account: AdAccount, wanted: Wanted, now: datetime, user: User | None = None, reason: str = "") -> Look:
    """What it would change, with every rail's verdict. Raises BadParameters, Invalid or Stale."""
    kind = kind_of(wanted)
    parameters = checked(kind, wanted.parameters)
    timed = timed_as(kind, wanted.timed)
    if account.read_only:
        raise Invalid(IMPORTED)
    entity = load(account, wanted.level, [wanted.entity_id], whole=kind.looks_deep).get(wanted.entity_id)
    if entity is None:
        raise Stale("It no longer exists at Meta.")
    world = LiveWorld(account, now)
    draft = _draft(account, entity, kind, parameters, world, reason.strip())
    draft = replace(draft, expected=basis_for(account, draft.entity.level, draft.entity.meta_id, now))
    around = surroundings(account, now)
    judgement = rails(draft, around)
    action = Action(
        account=account,
        level=draft.entity.level,
        entity_id=draft.entity.meta_id,
        kind=kind.key,
        source=Source.PERSON,
        proposed_by=user,
        status=Status.PENDING,
        proposed_at=now,
        timed=timed,
        **content_of(draft, judgement, around),
    )
    return Look(kind, entity, action, judgement)


def _sentence(text: str) -> str:
    """With its full stop, for another one follows."""
    return text if not text or text[-1] in ".!?" else f"{text}."


def _refused(refusal: Refusal, kind: Kind) -> Invalid:
    """At its parameter, where the refusal names one."""
    name, colon, text = refusal.reason.partition(": ")
    if colon and name in kind.Parameters.model_fields:
        return BadParameters({name: [f"{text[:1].upper()}{text[1:]}"]})
    return Invalid(refusal.reason)


def _draft(
    account: AdAccount, entity: Entity, kind: Kind, parameters: dict[str, Any], world: World, reason: str
) -> Draft:
    try:
        change = kind.plan(entity, parameters, world)
    except NotKnown as missing:
        raise Invalid(str(missing)) from None
    if isinstance(change, Refusal):
        raise _refused(change, kind)
    spend = world.figure(entity, "spend_7d")
    stake = None if spend is None else to_minor(Decimal(str(round(spend / 7, 6))), account.currency)
    if isinstance(change, FieldChange):
        what = {"field": change.field, "before": change.before, "wanted": change.wanted, "at_stake": stake}
    else:
        what = planned(change, world, stake)
    asked = {"asked_of": {"level": entity.level, "id": entity.meta_id, "name": entity.name}}
    # What is asked of the whole account is judged by its campaigns' figures.
    level = Level.CAMPAIGN if change.entity.level == ACCOUNT_LEVEL else change.entity.level
    read = Freshness.objects.filter(account=account, level=level)
    return Draft(
        **what,
        source=Source.PERSON,
        entity=change.entity,
        kind=kind.key,
        parameters=parameters,
        reason_code=BY_PERSON,
        reason=" ".join(part for part in (_sentence(reason) if change.note else reason, change.note) if part),
        priority=PRIORITY,
        trace={},
        metrics={} if change.entity == entity else asked,
        data_read_at=read.values_list("read_at", flat=True).first(),
        confidence_note="a person's decision",
        asked_of=entity.meta_id,
    )
