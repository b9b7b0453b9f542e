"""The words that writes take are Meta's: compared with the enums and parameters of the SDK."""

from typing import Any

import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.campaign import Campaign

from metaads.sandbox.graph import choices, updates

# Written, never read: the SDK names them in its create calls alone.
ONLY_WRITTEN = {"tune_for_category", "daily_imps", "budget_schedule_specs", "is_sac_cfca_terms_certified"}


def words(enum: Any) -> set[str]:
    return {value for name, value in vars(enum).items() if not name.startswith("_")}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (choices.STATUSES, Campaign.Status),
        (choices.STATUS_OPTIONS, Campaign.StatusOption),
        (choices.STRATEGIES, Campaign.BidStrategy),
        (choices.CATEGORIES, Campaign.SpecialAdCategories),
        (choices.GOALS, AdSet.OptimizationGoal),
        (choices.BILLING_EVENTS, AdSet.BillingEvent),
        (choices.DESTINATIONS, AdSet.DestinationType),
    ],
)
def test_each_enum_has_exactly_meta_s_words(ours: tuple[str, ...], theirs: Any) -> None:
    assert set(ours) - {"UNDEFINED"} == words(theirs) - {"UNDEFINED"}


def test_objectives_and_their_goals_are_words_of_meta() -> None:
    assert set(choices.OBJECTIVES) <= words(Campaign.Objective)
    assert set(choices.GOALS_OF) == set(choices.OBJECTIVES)
    assert set().union(*choices.GOALS_OF.values(), choices.PROMOTED) <= words(AdSet.OptimizationGoal)


@pytest.mark.parametrize(
    ("readers", "ignored", "kind"),
    [
        (updates.CAMPAIGN, "campaign", Campaign),
        (updates.AD_SET, "adset", AdSet),
        (updates.AD, "ad", Ad),
        (updates.CREATIVE, "creative", AdCreative),
    ],
)
def test_every_parameter_is_one_that_the_sdk_knows(readers: dict[str, Any], ignored: str, kind: Any) -> None:
    known = set(kind._field_types) | words(kind.Field)
    assert set(readers) <= known
    assert choices.WITHOUT_EFFECT[ignored] <= known | ONLY_WRITTEN
    assert not set(readers) & choices.WITHOUT_EFFECT[ignored]
