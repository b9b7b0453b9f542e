"""Gives drafts that won what they are expected to bring, and any other change likewise."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from intelligence.metrics.frame import Frame
from metaads.models import AdAccount, Level
from optimization.fresh import newest_frame
from optimization.outcomes.expected import Basis, basis_of
from optimization.queue.drafts import Draft


def foresee(drafts: Sequence[Draft], frames: Mapping[str, Frame], currency: str) -> list[Draft]:
    """The same drafts with the basis of what is expected, each from the frame of the level where it acts."""
    found: list[Draft] = list(drafts)
    for level, frame in frames.items():
        rows = {
            place: row
            for place, draft in enumerate(drafts)
            if draft.entity.level == level and (row := frame.row(draft.entity.meta_id)) is not None
        }
        if rows:
            for place, basis in zip(rows, basis_of(frame, list(rows.values()), currency), strict=True):
                found[place] = replace(found[place], expected=basis)
    return found


def basis_for(account: AdAccount, level: str, entity_id: str, now: datetime) -> Basis | None:
    """Of one entity, from the newest table; None where there is none that is fresh, or it is not in it."""
    if level not in Level.values:
        return None
    frame, problem = newest_frame(account, level, now)
    row = None if frame is None or problem else frame.row(entity_id)
    return None if frame is None or row is None else basis_of(frame, [row], account.currency)[0]
