"""The one question after 30 days."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from optimization.models import SurveyAnswer
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.survey import answer, is_due
from tests.factories.metaads import NOW, UserFactory

DAY = timedelta(days=1)


@pytest.fixture
def user(db: None) -> User:
    made: User = UserFactory.create(date_joined=NOW)
    return made


def test_asked_after_thirty_days_and_answered_once(user: User) -> None:
    assert not is_due(user, NOW + 29 * DAY)
    assert is_due(user, NOW + 30 * DAY)
    answer(user, 4, NOW + 30 * DAY)
    assert not is_due(user, NOW + 300 * DAY)
    answer(user, 1, NOW + 31 * DAY)
    assert SurveyAnswer.objects.get().score == 4, "the first answer stands"


def test_not_now_asks_again_thirty_days_later(user: User) -> None:
    answer(user, None, NOW + 30 * DAY)
    assert not is_due(user, NOW + 59 * DAY)
    assert is_due(user, NOW + 60 * DAY)
    answer(user, 5, NOW + 60 * DAY)
    assert SurveyAnswer.objects.get().answered_at == NOW + 60 * DAY


@pytest.mark.parametrize("score", [0, 6])
def test_what_is_no_answer_is_refused(user: User, score: int) -> None:
    with pytest.raises(GoalRefused):
        answer(user, score, NOW)
    assert not SurveyAnswer.objects.exists()
