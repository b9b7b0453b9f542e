"""Winners at learning limited."""

import pytest

from metaads.models import Level
from tests.optimization.rules.templates.worlds import asked, row, same, world

pytestmark = pytest.mark.django_db

LIMITED, DONE = {"learning_status": "FAIL"}, {"learning_status": "SUCCESS"}


def test_a_winner_that_cannot_learn_is_told() -> None:
    good, poor = row(20, sold=1, worth=80), row(20, sold=1, worth=20)
    rows = same(x11=good, x12=good, x13=poor, x14=row(20, sold=0.5, worth=80))
    entities = {"11": LIMITED, "12": DONE, "13": LIMITED, "14": LIMITED}
    account = world(Level.AD_SET, rows, entities)
    found = asked("winners_learning_limited", account, Level.AD_SET)
    assert (found.matched, found.changes) == (["11"], {})


def test_an_unknown_learning_stage_tells_nothing() -> None:
    rows = same(x11=row(20, sold=1, worth=80), x12=row(20, sold=1, worth=20))
    account = world(Level.AD_SET, rows, {"11": {"learning_status": ""}, "12": LIMITED})
    assert asked("winners_learning_limited", account, Level.AD_SET).matched == []
