"""The catalog: what every name means, and what an unknown one is told."""

import pytest

from intelligence.metrics.catalog import Field, UnknownField, all_names, resolve


@pytest.mark.parametrize(
    ("name", "canonical", "unit"),
    [
        ("cpa", "cpa_7d", "money"),
        ("cpa_3d", "cpa_3d", "money"),
        ("ctr_today", "ctr_today", "percent"),
        ("spend_7d_incl_today", "spend_7d_incl_today", "money"),
        ("actions.lead", "actions.lead_7d", "count"),
        ("cost_per.lead_30d", "cost_per.lead_30d", "money"),
        ("ctr_trend_3d", "ctr_trend_3d", "percent"),
        ("frequency_change_24h", "frequency_change_24h", "percent"),
        ("learning_phase", "learning_phase", "text"),
        ("daily_budget", "daily_budget", "money"),
        ("hours_since_created", "hours_since_created", "hours"),
        ("target_cpa", "target_cpa", "money"),
        ("parent_roas_7d", "parent_roas_7d", "ratio"),
        ("account_cpm", "account_cpm_7d", "money"),
        ("account_id", "account_id", "text"),
        ("rank_spend_yesterday", "rank_spend_yesterday", "position"),
        ("zscore_cpm_7d", "zscore_cpm_7d", "score"),
        ("percentile_roas_7d", "percentile_roas_7d", "percent"),
    ],
)
def test_a_name_resolves_to_its_field(name: str, canonical: str, unit: str) -> None:
    field = resolve(name)
    assert (field.name, field.unit) == (canonical, unit)
    assert field.kind == ("text" if unit == "text" else "number")


def test_a_name_without_window_gets_the_default_of_the_rule() -> None:
    assert resolve("cpa", "3d") == Field("cpa_3d", "cpa", "3d", "number", "money", "ratios")


def test_a_window_in_the_name_beats_the_default() -> None:
    assert resolve("cpa_today", "3d").window == "today"


@pytest.mark.parametrize(
    "name",
    [
        "spned_7d",
        "spend_5d",
        "ctr_trend_14d",
        "name_7d",
        "actions.",
        "cost_per._7d",
        "rank_name",
        "rank_rank_spend",
        "parent_",
        "",
    ],
)
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(UnknownField):
        resolve(name)


def test_the_refusal_names_the_nearest_fields() -> None:
    with pytest.raises(UnknownField, match="spned_7d") as caught:
        resolve("spned_7d")
    assert caught.value.nearest[0] == "spend_7d"
    assert "spend_7d" in str(caught.value)


def test_a_default_window_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownField):
        resolve("cpa", "5d")


def test_every_listed_name_resolves_to_itself_or_adds_its_window() -> None:
    for name in all_names():
        assert resolve(name).name.startswith(name)


def test_the_list_holds_every_group_of_the_spec() -> None:
    assert {
        "spend_7d",
        "reach_today",
        "thruplays_lifetime",
        "roas_30d",
        "cpa_trend_7d",
        "objective",
        "target_roas",
    } <= set(all_names())
