"""A trace as people read it, and the sentence made of it: what an operator remarks stands beside the value."""

from optimization.evidence import sentence
from optimization.rules.evaluate import evaluate
from optimization.views.trace import tree_of
from tests.optimization.operators.test_evidence import account, probably
from tests.optimization.rules.build import compiled, frame, leaf


def test_evidence_without_a_value_says_what_is_probable() -> None:
    trace = evaluate(compiled(probably(">", 40)), frame(**account([400.0], [0.0]))).traces()[0]
    node = tree_of(trace, "EUR")
    assert node is not None
    assert (node.actual, node.threshold) == ("no data", "40.00 EUR")
    assert node.note.startswith(f"{trace['remark']}; data ")
    assert sentence(trace, "EUR") == (
        f"CPA in the last 7 days is over 40.00 with a probability of at least 90 % ({trace['remark']})."
    )


def test_a_ranking_says_the_place_and_the_border() -> None:
    table = frame(roas_7d=[5.0, 4.0, 1.0], impressions_7d=[9.0] * 3, parent_id=["7"] * 3)
    trace = evaluate(compiled(leaf("roas_7d", "in_top", {"count": 1})), table).traces()[0]
    node = tree_of(trace, "EUR")
    assert node is not None
    assert (node.actual, node.threshold) == ("5.00", "4.50")
    assert node.note.startswith("place 1 of 3 from the top")
    assert sentence(trace, "EUR") == "ROAS 5 (place 1 of 3 from the top) in the last 7 days."
