"""What a preview answers, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class PreviewRow:
    """One match. `outcome`: proposed, refreshed (an open proposal would be), blocked, skipped, told.

    `entity_id` is what matched, `changes` where the change would be made (level, id, name; the parent that carries the
    budget), `change` the change in words, values as Meta stores them (budgets in the minor unit), `wanted` after
    trimming. `plan`: a line a step, where there are several. `at_stake` in the minor unit a day, None = unknown.
    """

    level: str
    entity_id: str
    name: str
    outcome: str
    reason: str
    figures: dict[str, Any]
    trace: dict[str, Any]
    kind: str
    change: str = ""
    changes: dict[str, str] = field(default_factory=dict)
    before: Any = None
    wanted: Any = None
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    at_stake: int | None = None
    why: str = ""
    plan: Sequence[str] = ()


@dataclass(frozen=True)
class PreviewMiss:
    """One entity that does not match, and what would have to be different."""

    entity_id: str
    name: str
    sentence: str
    trace: dict[str, Any]


@dataclass(frozen=True)
class Preview:
    """`covered` = matched + known not to match + `unknown` (no data). `counts`: matches by outcome. `nothing`: matches
    with nothing to do, by reason. `blocked_by`: guard rail -> count. `at_stake`: of what would be proposed, minor unit
    a day; `stake_unknown`: how many of those have none. `looked_at`: matches worked out. `problems`: what stands in
    the way now. `read_at` None: there are no data.
    """

    level: str
    currency: str
    at: datetime | None = None
    read_at: datetime | None = None
    covered: int = 0
    matched: int = 0
    unknown: int = 0
    looked_at: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    nothing: Mapping[str, int] = field(default_factory=dict)
    blocked_by: Mapping[str, int] = field(default_factory=dict)
    at_stake: int = 0
    stake_unknown: int = 0
    rows: Sequence[PreviewRow] = ()
    misses: Sequence[PreviewMiss] = ()
    problems: Sequence[str] = ()
