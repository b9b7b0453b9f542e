"""The effect and its interval, on made-up panels and in a seeded sandbox world."""

from dataclasses import replace

import numpy as np
import pytest

from optimization.outcomes.measure import MONEY, Measured, NotMeasured, measure
from optimization.outcomes.panel import CONVERSIONS, SPEND, VALUE, Panel, usable
from tests.benchmarks.outcomes import heavy, rate, trials, wilson, world

DAYS, OTHERS = 28, 20


def panel(seed: int = 1, spend: float = 10_000.0, roas: float = 2.0, days: int = 1) -> Panel:
    """Alike entities with daily noise; orders of 5,000 minor units."""
    random = np.random.default_rng(seed)
    shape = (DAYS + days, OTHERS + 1)
    spent = spend * np.exp(random.normal(0, 0.15, shape)) * np.exp(random.normal(0, 0.1, (DAYS + days, 1)))
    orders = random.poisson(spent * roas / 5_000)
    whole = np.array([spent, orders, orders * 5_000.0])
    calm = np.ones((DAYS, OTHERS + 1), dtype=bool)
    return Panel(whole[:, :DAYS], whole[:, DAYS:].sum(axis=1), calm, 1.0, float(days))


def changed(given: Panel, spend: float = 1.0, results: float = 1.0) -> Panel:
    after = given.after.copy()
    after[SPEND, 0] *= spend
    after[[CONVERSIONS, VALUE], 0] *= results
    return replace(given, after=after)


def measured(given: Panel) -> Measured:
    found = measure(given)
    assert isinstance(found, Measured), found
    return found


def test_the_effect_is_what_happened_less_what_would_have() -> None:
    figures = measured(changed(panel(), spend=0.0, results=0.0)).figures
    assert figures["spend"].actual == 0
    assert figures["spend"].effect == -figures["spend"].without
    assert figures["spend"].without == pytest.approx(10_000, rel=0.3)
    assert figures[MONEY].effect == pytest.approx(figures["value"].effect - figures["spend"].effect)


def test_a_pause_of_what_never_sells_is_better_and_of_what_sells_well_worse() -> None:
    given = panel(roas=3.0, spend=40_000)
    assert measured(changed(given, 0, 0)).figures[MONEY].high < 0
    barren = replace(given, before=given.before.copy())
    barren.before[[CONVERSIONS, VALUE], :, 0] = 0
    figure = measured(changed(barren, 0, 0)).figures[MONEY]
    assert figure.low > 0
    assert figure.effect == pytest.approx(40_000, rel=0.5)


def test_what_all_share_in_the_window_is_nobodys_effect() -> None:
    given = panel()
    doubled = replace(given, after=given.after * 2)
    assert measured(doubled).figures["spend"].low < 0 < measured(doubled).figures["spend"].high
    alone = measured(changed(given, spend=2.0, results=2.0)).figures["spend"]
    assert alone.low > 0


def test_more_spend_at_the_same_return_changes_neither_roas_nor_cpa() -> None:
    figures = measured(changed(panel(spend=100_000), spend=2.0, results=2.0)).figures
    assert figures["roas"].low < 0 < figures["roas"].high
    assert figures["cpa"].low < 0 < figures["cpa"].high
    assert figures["spend"].low > 0


def test_a_fall_of_the_return_alone_shows_in_roas_and_cpa() -> None:
    figures = measured(changed(panel(spend=200_000), results=0.5)).figures
    assert figures["roas"].high < 0 < figures["cpa"].low
    assert figures["spend"].low < 0 < figures["spend"].high


def test_few_controls_are_named_as_the_reason() -> None:
    found = measure(panel().keep(np.arange(4)))
    assert found == NotMeasured("Only 3 comparable entities were left alone; at least 4 are needed.")


def test_unknown_figures_after_the_change_are_no_zero() -> None:
    given = panel()
    after = given.after.copy()
    after[SPEND, 0] = np.nan
    assert "not all known" in getattr(measure(replace(given, after=after)), "reason", "")


def test_an_unknown_control_is_left_out() -> None:
    given = panel()
    after = given.after.copy()
    after[VALUE, 3] = np.nan
    assert measured(replace(given, after=after)).controls == OTHERS - 1


def test_days_up_to_the_last_change_are_not_usual_ones() -> None:
    given = panel()
    calm = given.calm.copy()
    calm[10, 0] = False
    use = usable(replace(given, calm=calm))
    assert use[:, 0].tolist() == [False] * 11 + [True] * (DAYS - 11)
    assert use[:, 1].all()


def test_what_was_just_made_has_no_usual_level() -> None:
    given = panel()
    calm = given.calm.copy()
    calm[:-2, 0] = False
    assert "Only 2 days before it" in getattr(measure(replace(given, calm=calm)), "reason", "")


def test_late_conversions_widen_the_interval() -> None:
    given = panel()
    sure, late = (measured(replace(given, visible=share)).figures["value"] for share in (1.0, 0.5))
    assert late.high - late.low > sure.high - sure.low


def test_without_worth_only_spend_and_conversions_are_told() -> None:
    assert set(measured(replace(panel(), worth=False)).figures) == {"spend", "conversions", "cpa"}


def test_wilson_is_wilson() -> None:
    assert wilson(5, 100) == [0.0215, 0.1118]


@pytest.fixture(scope="module")
def small() -> list[object]:
    return [world(seed, campaigns=12, ad_sets=48, ads=96) for seed in (301, 302)]


@pytest.mark.parametrize("tail", [False, True], ids=["usual orders", "heavy-tailed orders"])
def test_actions_that_do_nothing_are_called_something_in_about_one_of_twenty(small: list[object], tail: bool) -> None:
    worlds = [heavy(one, 1) if tail else one for one in small]  # type: ignore[arg-type]
    found = [one for each in worlds for one in trials(each, 2)[0]]  # type: ignore[arg-type]
    for name in (MONEY, "spend"):
        said = rate(found, name)
        low, high = wilson(int(str(said["called"])), len(found))
        assert low <= 0.05 <= high, said
    assert len(found) >= 48
