"""State: what the mirror says about an entity, and figures that need it. Text "" and number NaN = unknown.

Budgets are in the major unit and stand only where the entity itself carries one (an ad set under a campaign budget has
none). `budget_utilization`: percent of the daily budget that the last complete day spent; for a lifetime budget the
percent spent so far. `budget_pacing`: percent of what should have been spent by now (100 = on plan).
`days_active`: whole days since creation or start, whichever is later.
`hours_since_conversion`: unknown if the days that we hold show none (ask `conversions = 0` for that).
`tags`: what people tagged it with (see `intelligence.metrics.tags`).
`hours_since_last_edit`: since Meta's last significant edit of the ad set, else since `updated_time`.
"""

from intelligence.metrics.families.base import ColumnOf, Resolve, nothing, stored
from intelligence.metrics.field import NUMBER, TAGS, TEXT, Field
from intelligence.metrics.frame import Frame, Numbers, Texts

TEXTS: tuple[str, ...] = (
    "effective_status",
    "status",
    "learning_phase",
    "objective",
    "bid_strategy",
    "name",
    "account_id",
    "currency",
    "campaign_id",
    "parent_id",
    "parent_name",
)
NUMBERS: dict[str, str] = {
    "daily_budget": "money",
    "lifetime_budget": "money",
    "budget_utilization": "percent",
    "budget_pacing": "percent",
    "days_active": "days",
    "hours_since_conversion": "hours",
    "hours_since_last_edit": "hours",
    "hours_since_created": "hours",
}


class State:
    key = "state"

    def names(self) -> tuple[str, ...]:
        return (*TEXTS, TAGS, *NUMBERS)

    def resolve(self, name: str, default_window: str, others: Resolve) -> Field | None:
        if name in TEXTS:
            return Field(name, name, None, TEXT, "text", self.key)
        if name == TAGS:
            return Field(name, name, None, TAGS, "text", self.key)
        if name in NUMBERS:
            return Field(name, name, None, NUMBER, NUMBERS[name], self.key)
        return None

    def compute(self, frame: Frame, field: Field, column: ColumnOf) -> Numbers | Texts:
        found = stored(frame, field.name)
        return nothing(frame, field) if found is None else found
