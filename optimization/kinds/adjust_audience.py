"""Change who an ad set is shown to: ages, gender, countries, excluded audiences, Advantage+ audience."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from metaads.models import Level
from optimization.entities import Entity
from optimization.kinds.base import FieldChange, Headline, Kind, KindParameters, Refusal
from optimization.models import Action
from optimization.targeting import DEFAULT_AGES, ages, asked_text, changed
from optimization.value_words import SAME, advantage, audience_change

FIELD = "targeting"
YOUNGEST, OLDEST = 13, 65
RESTRICTED = frozenset({"HOUSING", "EMPLOYMENT", "CREDIT", "FINANCIAL_PRODUCTS_SERVICES"})
Age = Annotated[int, Field(ge=YOUNGEST, le=OLDEST)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
AudienceId = Annotated[str, StringConstraints(pattern=r"^\d{1,30}$")]


class Audience(KindParameters):
    """What is asked; all else of the targeting stays as it is. Countries as ISO codes, audiences as Meta's ids."""

    age_min: Age | None = Field(None, title="From age")
    age_max: Age | None = Field(None, title="To age", description="65 = 65 and older.")
    genders: Literal["all", "men", "women"] | None = Field(None, title="Genders")
    countries: tuple[Country, ...] = Field((), title="Countries", description="ISO codes such as DE; cities stay.")
    exclude: tuple[AudienceId, ...] = Field((), title="Exclude audiences", description="Meta's ids, added.")
    include_again: tuple[AudienceId, ...] = Field((), title="No longer exclude", description="Meta's ids.")
    advantage_audience: Literal["on", "off"] | None = Field(None, title="Advantage+ audience")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any(self.model_dump(exclude_none=True).values()):
            raise ValueError("Say at least one thing that is to change: ages, genders, countries, audiences.")
        if self.age_min is not None and self.age_max is not None and self.age_min > self.age_max:
            raise ValueError(f"age_min: {self.age_min} is above age_max {self.age_max}.")
        if set(self.exclude) & set(self.include_again):
            raise ValueError("exclude: an audience cannot be excluded and included again at once.")
        return self


class AdjustAudience(Kind):
    """Read, modify, write: the whole targeting as Meta gives it, changed only in what was asked (reference 6.5)."""

    key = "adjust_audience"
    label = "Adjust audience"
    levels = frozenset({Level.AD_SET.value})
    Parameters = Audience
    may_act_alone = False
    grows = True
    resets_learning = True
    looks_deep = True

    def phrase(self, parameters: Mapping[str, Any], money: Callable[[str], str]) -> str:
        return f"change the audience ({asked_text(parameters)})"

    def change(self, entity: Entity, parameters: Mapping[str, Any], currency: str) -> FieldChange | Refusal:
        if not entity.targeting:
            return Refusal("Its targeting is unknown: the next read of the account brings it.")
        before = dict(entity.targeting)
        wanted = changed(before, parameters)
        low, high = ages(wanted)
        if low > high:
            return Refusal(f"The ages would be {low} to {high}: the one bound stands that was not asked for.")
        if audience_change(before, wanted) == SAME:
            return Refusal("The audience is already so.")
        why = _why_not(entity, wanted, parameters)
        return Refusal(why) if why else FieldChange(entity, FIELD, before, wanted, _note(before, wanted))

    def inverse_key(self) -> str | None:
        return "adjust_audience"

    def headline(self, action: Action) -> Headline:
        change = audience_change(action.value_before, action.value_final)
        return Headline("Change audience", action.entity_name, change, "watch")


def _why_not(entity: Entity, wanted: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """What Meta would refuse or not heed (reference 1.1, 6.4); empty = nothing."""
    narrows = any(asked.get(name) is not None for name in ("age_min", "age_max", "genders"))
    if RESTRICTED & set(entity.special_ad_categories):
        if ages(wanted) != DEFAULT_AGES or wanted.get("genders"):
            return "Its campaign is in a special ad category, which must be shown to all ages and genders."
        if advantage(wanted) == "not stated":
            return "In a special ad category Meta wants Advantage+ audience stated: set advantage_audience on or off."
    if narrows and advantage(wanted) == "on":
        return "With Advantage+ audience Meta takes ages and genders as suggestions only: set advantage_audience off."
    return ""


def _note(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    if advantage(wanted) == "on" and advantage(before) != "on":
        return "With Advantage+ audience on, Meta takes its ages and genders as suggestions."
    return ""


ADJUST_AUDIENCE = AdjustAudience()
