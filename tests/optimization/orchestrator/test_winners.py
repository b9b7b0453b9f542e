"""Winners: the spec's rule at its edges, and the probability that is said of them holds."""

from decimal import Decimal

import numpy as np
import pytest

from optimization.models import OrchestratorSettings
from optimization.orchestrator import posterior
from optimization.orchestrator.core_signal import Figures
from optimization.orchestrator.winners import Candidate, find

ROW = OrchestratorSettings(winner_min_spend=Decimal(5))


def one(name: str, spend: float, events: float, hours: float = 48, shown: float = 0, **more: bool) -> Candidate:
    return Candidate(name, name, hours, Figures(spend, shown, events), **more)


FIELD = [one("b", 10, 5), one("c", 10, 5), one("d", 10, 5)]


def won(*candidates: Candidate, least: int | None = None) -> list[str]:
    return [winner.candidate.meta_id for winner in find(list(candidates), ROW, least).winners]


def test_who_beats_the_median_by_the_lead_wins_and_its_probability_is_said() -> None:
    found = find([one("a", 10, 10), *FIELD], ROW)
    assert [winner.candidate.meta_id for winner in found.winners] == ["a"]
    assert f"{found.winners[0].probability:.0%}" in found.winners[0].reason
    assert found.chances["a"] > found.chances["b"]


@pytest.mark.parametrize(
    "short",
    [
        one("a", 4.99, 10, shown=1499),
        one("a", 10, 2),
        one("a", 10, 10, hours=23.9),
        one("a", 10, 10, running=False),
        Candidate("a", "a", 48, Figures(10, 0, 10, known=False)),
    ],
)
def test_without_volume_events_age_or_knowledge_nobody_wins(short: Candidate) -> None:
    assert won(short, *FIELD) == []


def test_impressions_stand_in_for_spend_and_one_event_is_enough_where_the_goal_says_so() -> None:
    assert won(one("a", 4, 4, shown=1500), *FIELD) == ["a"]
    assert won(one("a", 5, 1), one("b", 10, 0), one("c", 10, 0), least=1) == ["a"]


def test_the_best_by_less_than_the_lead_wins_only_with_volume_that_leaves_no_chance() -> None:
    rivals = [one(name, 1000, 1000) for name in "bcd"]
    assert won(one("a", 1000, 1150), *rivals) == ["a"]
    assert won(one("a", 10, 11.5), *(one(name, 10, 10) for name in "bcd")) == []


def test_one_alone_has_nothing_to_be_better_than() -> None:
    found = find([one("a", 100, 100)], ROW)
    assert (found.winners, found.why_none) == ((), "There is no other ad set to compare with yet.")


def test_newcomers_without_an_event_yet_make_nobody_a_winner() -> None:
    """They are two hours old: that they have no event says nothing of what one costs there."""
    newcomers = [one(name, 0.40, 0, hours=2) for name in "bde"]
    leader, paused = one("a", 300, 3, hours=200), one("c", 300, 10, hours=200, running=False)
    assert won(leader, paused, *newcomers) == []
    alone = find([leader, *newcomers], ROW)
    assert (alone.winners, alone.why_none) == ((), "The other ad sets have not spent enough yet to compare with.")


def test_who_spent_more_than_an_event_costs_and_has_none_is_compared_with_and_who_spent_less_is_not() -> None:
    leader = one("a", 300, 10)
    assert won(leader, one("b", 29, 0), one("c", 29, 0)) == [], "less than the 30 that one event costs"
    found = find([leader, one("b", 60, 0), one("c", 60, 0)], ROW)
    assert "a median of at least 60.00" in found.winners[0].reason


def test_at_most_two_win() -> None:
    assert len(won(*(one(name, 10, 30) for name in "abc"), *(one(name, 10, 5) for name in "defg"))) == 2


def test_of_the_statements_made_with_a_probability_so_many_hold() -> None:
    """Worlds drawn from the prior of the model's kind: true rates spread, events Poisson."""
    random = np.random.default_rng(3)
    said, held = [], []
    for _ in range(300):
        rates = random.gamma(1.0, 1.0, size=4)
        figures = [Figures(10.0, 0.0, float(random.poisson(rate * 10.0))) for rate in rates]
        probabilities = posterior.leads(figures, 0.15)
        costs = 1 / rates
        said += probabilities
        held += list(costs <= np.median(costs) * 0.85)
    said_, held_ = np.array(said), np.array(held)
    for low, high in ((0.1, 0.4), (0.4, 0.7), (0.7, 1.0)):
        inside = (said_ >= low) & (said_ < high)
        assert abs(said_[inside].mean() - held_[inside].mean()) < 0.08, (low, high)
