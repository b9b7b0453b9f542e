"""The one question: how content a user is, asked of those who manage goals once they have been here for 30 days."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User

from optimization.models import SurveyAnswer
from optimization.orchestrator.refused import GoalRefused

AFTER = timedelta(days=30)
LEAST, MOST = 1, 5


def is_due(user: User, now: datetime) -> bool:
    """Whether to ask at machine time `now`: 30 days after they came, and 30 days after a "not now"."""
    held = SurveyAnswer.objects.filter(user=user).first()
    if held is None:
        return user.date_joined <= now - AFTER
    return held.score is None and held.asked_at <= now - AFTER


def answer(user: User, score: int | None, now: datetime) -> SurveyAnswer:
    """Keeps the answer, 1 to 5; None = not now. A score that was given stays. Raises GoalRefused."""
    if score is not None and not LEAST <= score <= MOST:
        raise GoalRefused(f"score: give {LEAST} to {MOST}.")
    held, _ = SurveyAnswer.objects.get_or_create(user=user, defaults={"asked_at": now})
    said = {"asked_at": now, "score": score, "answered_at": None if score is None else now}
    SurveyAnswer.objects.filter(pk=held.pk, score=None).update(**said)
    held.refresh_from_db()
    return held
