"""The flat parts of a rule document: filters, schedule, safety, mode. Unknown keys are refused, not ignored."""

import re
from datetime import time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from intelligence.metrics.tags import BadTag, plain
from intelligence.metrics.windows import is_window

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Every = Literal["new_data", "5min", "15min", "hourly", "daily"]
Mode = Literal["approval_required", "automatic", "suggestion_only"]


def _clock(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f"{value!r} is no time of day; write it like 08:30.")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone; write a name such as Europe/Berlin.") from None
    return value


def _window(value: str) -> str:
    if not is_window(value):
        raise ValueError(f"{value!r} is no window; use one such as 3d, 7d, 14d, today, yesterday or lifetime.")
    return value


def _tag(value: str) -> str:
    try:
        return plain(value)
    except BadTag as problem:
        raise ValueError(str(problem)) from None


Clock = Annotated[str, AfterValidator(_clock)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
MetaId = Annotated[str, Field(pattern=r"^\d{1,30}$")]
Tag = Annotated[str, AfterValidator(_tag)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Filters(Part):
    """Which entities of the level the rule covers. All given ones must fit; none given = all."""

    name_contains: Text | None = None
    name_matches: Text | None = None
    status: tuple[Text, ...] = ()
    objective: tuple[Text, ...] = ()
    campaign_ids: tuple[MetaId, ...] = ()
    parent_ids: tuple[MetaId, ...] = ()
    tags: tuple[Tag, ...] = ()
    without_tags: tuple[Tag, ...] = ()

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.tags and set(self.tags) <= set(self.without_tags):
            both = " and ".join(self.tags)
            raise ValueError(f"without_tags: shuts out {both}, which tags asks for, so nothing would fit.")
        return self

    def as_conditions(self) -> list[tuple[str, dict[str, object]]]:
        """(place, leaf) of each given filter, to be read like any other condition."""
        given: list[tuple[str, str, str, object]] = [
            ("name_contains", "name", "contains", self.name_contains),
            ("name_matches", "name", "matches", self.name_matches),
            ("status", "effective_status", "in", list(self.status)),
            ("objective", "objective", "in", list(self.objective)),
            ("campaign_ids", "campaign_id", "in", list(self.campaign_ids)),
            ("parent_ids", "parent_id", "in", list(self.parent_ids)),
            ("tags", "tags", "has_tag", list(self.tags)),
            ("without_tags", "tags", "has_no_tag", list(self.without_tags)),
        ]
        return [
            (f"filters.{key}", {"field": field, "operator": operator, "value": value})
            for key, field, operator, value in given
            if value
        ]


class ActiveHours(Part):
    """Local times; a `to` before `from` runs past midnight. `to` itself is outside."""

    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.start == self.end:
            raise ValueError(
                "from and to are the same time, so the rule would never be active; leave both out for always."
            )
        return self

    def covers(self, moment: time) -> bool:
        start, end = time.fromisoformat(self.start), time.fromisoformat(self.end)
        return start <= moment < end if start < end else moment >= start or moment < end


class Schedule(Part):
    """When the rule is looked at. Times are local to `zone`, by default the account's."""

    every: Every = "new_data"
    at: Clock | None = None
    active_hours: ActiveHours | None = None
    weekdays: tuple[Weekday, ...] = ()
    zone: Annotated[str, AfterValidator(_zone)] | None = None

    @model_validator(mode="after")
    def _time_of_day(self) -> Self:
        if (self.every == "daily") != (self.at is not None):
            raise ValueError('"at" (such as "08:30") goes with every = "daily", and with nothing else.')
        return self


class Safety(Part):
    """Limits of this rule's own; the account's limits bind as well, and the strictest wins. Percent: 20 = 20 %.

    `rollout_percent`: the share of its matches on which an automatic rule acts alone; the rest wait for a person.
    """

    cooldown_hours: Annotated[float, Field(ge=0, le=720, allow_inf_nan=False)] | None = None
    max_changes_per_day: Annotated[int, Field(ge=1, le=50)] | None = None
    max_change_percent: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None = None
    rollout_percent: Literal[10, 50, 100] = 10


class Timed(Part):
    """When a change is undone by itself: so many hours after it was made, or at the end of the account's day."""

    undo_after_hours: Annotated[int, Field(ge=1, le=720)] | None = None
    today_only: bool = False

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.undo_after_hours is None) == (not self.today_only):
            raise ValueError('write {"undo_after_hours": 48} or {"today_only": true}, or leave "timed" out.')
        return self


class Step(Part):
    """One intended action; `parameters` are checked by its kind. `timed`: it is undone later, unless kept."""

    kind: str
    parameters: dict[str, object] = Field(default_factory=dict)
    timed: Timed | None = None


class Flat(Part):
    """The document without its tree (`conditions` is read by `rules.tree`, `metrics` by `rules.own`).

    `holdout_percent`: share of firings that are skipped on purpose, to measure the effect (decision 10).
    """

    default_window: Annotated[str, AfterValidator(_window)] = "7d"
    filters: Filters = Filters()
    metrics: dict[str, str] = Field(default_factory=dict)
    conditions: object
    actions: tuple[Step, ...] = Field(min_length=1, max_length=10)
    mode: Mode = "approval_required"
    schedule: Schedule = Schedule()
    safety: Safety = Safety()
    holdout_percent: Annotated[float, Field(ge=0, le=50, allow_inf_nan=False)] = 0
