"""The flat parts of a rule document: filters, schedule, safety, mode. Unknown keys are refused, not ignored."""

import re
from datetime import time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

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


Clock = Annotated[str, AfterValidator(_clock)]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Filters(Part):
    """Which entities of the level the rule covers. All given ones must fit; none given = all."""

    name_contains: Text | None = None
    name_matches: Text | None = None
    status: tuple[Text, ...] = ()
    objective: tuple[Text, ...] = ()
    campaign_ids: tuple[Annotated[str, Field(pattern=r"^\d{1,30}$")], ...] = ()

    def as_conditions(self) -> list[tuple[str, dict[str, object]]]:
        """(place, leaf) of each given filter, to be read like any other condition."""
        given: list[tuple[str, str, str, object]] = [
            ("name_contains", "name", "contains", self.name_contains),
            ("name_matches", "name", "matches", self.name_matches),
            ("status", "effective_status", "in", list(self.status)),
            ("objective", "objective", "in", list(self.objective)),
            ("campaign_ids", "campaign_id", "in", list(self.campaign_ids)),
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
    """Limits of this rule's own; the account's limits bind as well, and the strictest wins. Percent: 20 = 20 %."""

    cooldown_hours: Annotated[float, Field(ge=0, le=720, allow_inf_nan=False)] | None = None
    max_changes_per_day: Annotated[int, Field(ge=1, le=50)] | None = None
    max_change_percent: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None = None


class Step(Part):
    """One intended action; `parameters` are checked by its kind."""

    kind: str
    parameters: dict[str, object] = Field(default_factory=dict)


class Flat(Part):
    """The document without its tree (`conditions` is read by `rules.tree`)."""

    default_window: Annotated[str, AfterValidator(_window)] = "7d"
    filters: Filters = Filters()
    conditions: object
    actions: tuple[Step, ...] = Field(min_length=1, max_length=10)
    mode: Mode = "approval_required"
    schedule: Schedule = Schedule()
    safety: Safety = Safety()
