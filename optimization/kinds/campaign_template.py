"""A campaign as a document, for `create_campaign`. Checked as far as Meta's rules are known (reference 6.4).

Amounts are in the major unit of the account's currency. What Meta alone can tell (whether a pixel or a creative is
there, which goals an objective takes) is left to its own check.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from metaads.graph.money import to_minor
from optimization.kinds.budget import Money

Strategy = Literal["LOWEST_COST_WITHOUT_CAP", "LOWEST_COST_WITH_BID_CAP", "COST_CAP", "LOWEST_COST_WITH_MIN_ROAS"]
CAPPED = ("LOWEST_COST_WITH_BID_CAP", "COST_CAP")
Category = Literal[
    "NONE", "HOUSING", "EMPLOYMENT", "FINANCIAL_PRODUCTS_SERVICES", "ISSUES_ELECTIONS_POLITICS",
    "ONLINE_GAMBLING_AND_GAMING",
]  # fmt: skip
RESTRICTED = frozenset({"HOUSING", "EMPLOYMENT", "FINANCIAL_PRODUCTS_SERVICES"})
Objective = Literal[
    "OUTCOME_AWARENESS", "OUTCOME_TRAFFIC", "OUTCOME_ENGAGEMENT", "OUTCOME_LEADS", "OUTCOME_SALES",
    "OUTCOME_APP_PROMOTION",
]  # fmt: skip
Name = Annotated[str, Field(min_length=1, max_length=370)]
"""Meta takes 400 characters, and the mark of what we made needs some of them."""
MetaId = Annotated[str, Field(pattern=r"^\d{1,32}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Word = Annotated[str, Field(pattern=r"^[A-Z_]{2,60}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AdTemplate(_Part):
    name: Name
    creative_id: MetaId


ONE_BUDGET = "Of the campaign (CBO). Empty: each ad set has its own (ABO)."


class _Budgeted(_Part):
    """At most one budget; a capped strategy needs its bid, a ROAS floor its floor."""

    name: Name
    daily_budget: Money | None = Field(None, title="Daily budget", description=ONE_BUDGET)
    lifetime_budget: Money | None = Field(None, title="Lifetime budget", description="Instead of a daily one.")
    bid_strategy: Strategy | None = Field(
        None,
        title="Bid strategy",
        description="Of the campaign's budget; otherwise each ad set has its own.",
        json_schema_extra={"unset": "highest volume (Meta's own)"},
    )

    @model_validator(mode="after")
    def _one_budget(self) -> Self:
        if self.daily_budget is not None and self.lifetime_budget is not None:
            raise ValueError("daily_budget: give a daily or a lifetime budget, not both.")
        return self

    @property
    def has_budget(self) -> bool:
        return self.daily_budget is not None or self.lifetime_budget is not None


class AdSetTemplate(_Budgeted):
    """`targeting`, `promoted_object` and `attribution_spec` as Meta takes them. `roas_floor`: 1.5 = a ROAS of 1.5."""

    optimization_goal: Word
    billing_event: Word = "IMPRESSIONS"
    targeting: dict[str, Any]
    promoted_object: dict[str, Any] | None = None
    destination_type: Word | None = None
    bid_amount: Money | None = None
    roas_floor: Annotated[Decimal, Field(ge=Decimal("0.01"), le=1000)] | None = None
    attribution_spec: list[dict[str, Any]] | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    dsa_payor: Name | None = None
    dsa_beneficiary: Name | None = None
    ads: Annotated[list[AdTemplate], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.targeting.get("geo_locations"):
            raise ValueError("targeting: name geo_locations, for Meta needs to know where.")
        for name, moment in (("start_time", self.start_time), ("end_time", self.end_time)):
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"{name}: give it with its offset, such as 2026-12-01T00:00:00+01:00.")
        if self.start_time and self.end_time and self.end_time <= self.start_time:
            raise ValueError("end_time: it must be after start_time.")
        return self


EXAMPLE = [
    {
        "name": "Broad 25-54",
        "optimization_goal": "LINK_CLICKS",
        "targeting": {"geo_locations": {"countries": ["DE"]}, "age_min": 25, "age_max": 54},
        "ads": [{"name": "First ad", "creative_id": "123456789"}],
    }
]


class CampaignTemplate(_Budgeted):
    """Its budget is the campaign's (CBO) or that of each ad set (ABO), never both and never neither."""

    objective: Objective
    special_ad_categories: list[Category] = Field(
        [],
        title="Special ad categories",
        description="One a line, empty for none: HOUSING, EMPLOYMENT, FINANCIAL_PRODUCTS_SERVICES, "
        "ISSUES_ELECTIONS_POLITICS, ONLINE_GAMBLING_AND_GAMING.",
    )
    special_ad_category_country: list[Country] = Field(
        [], title="Countries of the category", description="Two letters, one a line, such as DE."
    )
    ad_sets: Annotated[list[AdSetTemplate], Field(min_length=1, max_length=50)] = Field(
        title="Ad sets and ads",
        description="A JSON list: each ad set with its goal, whom it reaches and its ads, whose creatives exist.",
        examples=[EXAMPLE],
    )
    leave_paused: bool = Field(False, title="Leave it paused")

    @model_validator(mode="after")
    def _budget_in_one_place(self) -> Self:
        with_budget = [one.name for one in self.ad_sets if one.has_budget]
        if self.has_budget and with_budget:
            raise ValueError(
                f"daily_budget: the campaign has a budget, so {with_budget[0]} cannot have one of its own."
            )
        without = [one.name for one in self.ad_sets if not one.has_budget]
        if not self.has_budget and without:
            raise ValueError(f"daily_budget: neither the campaign nor its ad set {without[0]} has a budget.")
        if not self.has_budget and self.bid_strategy:
            raise ValueError("bid_strategy: without a campaign budget it belongs to each ad set.")
        return self

    @model_validator(mode="after")
    def _bids_fit(self) -> Self:
        for one in self.ad_sets:
            strategy = self.bid_strategy if self.has_budget else one.bid_strategy
            if self.has_budget and one.bid_strategy not in (None, self.bid_strategy):
                raise ValueError(
                    f"bid_strategy: below a campaign budget all share the campaign's, so not that of {one.name}."
                )
            if (strategy in CAPPED) != (one.bid_amount is not None):
                raise ValueError(f"bid_amount: a capped bid strategy needs it, and no other takes it ({one.name}).")
            if (strategy == "LOWEST_COST_WITH_MIN_ROAS") != (one.roas_floor is not None):
                raise ValueError(f"roas_floor: LOWEST_COST_WITH_MIN_ROAS needs it, and no other takes it ({one.name}).")
            if (self.lifetime_budget or one.lifetime_budget) and one.end_time is None:
                raise ValueError(f"end_time: a lifetime budget needs an end ({one.name}).")
        return self

    @model_validator(mode="after")
    def _restricted(self) -> Self:
        """Since v26.0 such ad sets must say whether Meta may widen the audience (reference 1.1)."""
        if not RESTRICTED & set(self.special_ad_categories):
            return self
        for one in self.ad_sets:
            if (one.targeting.get("targeting_automation") or {}).get("advantage_audience") not in (0, 1):
                text = "targeting: a restricted category needs targeting_automation.advantage_audience, 0 or 1"
                raise ValueError(f"{text} ({one.name}).")
        return self


ROAS_UNIT = 10_000
"""`roas_average_floor` is ROAS x 10000 (reference 2.1)."""


def campaign_params(asked: CampaignTemplate, currency: str) -> dict[str, Any]:
    money = _money(asked.daily_budget, asked.lifetime_budget, currency)
    # Without a campaign budget Meta insists on being told whether ad sets share theirs (reference 6.2, 4834011).
    shared = {"bid_strategy": asked.bid_strategy or "LOWEST_COST_WITHOUT_CAP"} if asked.has_budget else {}
    own = {} if asked.has_budget else {"is_adset_budget_sharing_enabled": False}
    where = {"special_ad_category_country": asked.special_ad_category_country}
    return {
        "objective": asked.objective,
        "special_ad_categories": asked.special_ad_categories or ["NONE"],
        **(where if asked.special_ad_category_country else {}),
        **money,
        **shared,
        **own,
    }


def ad_set_params(asked: AdSetTemplate, currency: str) -> dict[str, Any]:
    """Meta's parameters; times in ISO 8601 with their offset."""
    strategy = (asked.bid_strategy or "LOWEST_COST_WITHOUT_CAP") if asked.has_budget else None
    floor = None if asked.roas_floor is None else {"roas_average_floor": int(asked.roas_floor * ROAS_UNIT)}
    found: dict[str, Any] = {
        "optimization_goal": asked.optimization_goal,
        "billing_event": asked.billing_event,
        "targeting": asked.targeting,
        "promoted_object": asked.promoted_object,
        "destination_type": asked.destination_type,
        "bid_strategy": strategy,
        "bid_amount": None if asked.bid_amount is None else to_minor(asked.bid_amount, currency),
        "bid_constraints": floor,
        "attribution_spec": asked.attribution_spec,
        "start_time": asked.start_time and asked.start_time.isoformat(timespec="seconds"),
        "end_time": asked.end_time and asked.end_time.isoformat(timespec="seconds"),
        "dsa_payor": asked.dsa_payor,
        "dsa_beneficiary": asked.dsa_beneficiary,
        **_money(asked.daily_budget, asked.lifetime_budget, currency),
    }
    return {name: value for name, value in found.items() if value is not None}


def _money(daily: Decimal | None, lifetime: Decimal | None, currency: str) -> dict[str, int]:
    amounts = {"daily_budget": daily, "lifetime_budget": lifetime}
    return {name: to_minor(amount, currency) for name, amount in amounts.items() if amount is not None}
