"""What a rule's changes were worth, as far as it was measured; and how many firings its hold-out set aside."""

from dataclasses import dataclass

from django.db.models import Count, Q

from optimization.models import HoldoutDraw, Rule

NOT_MEASURED = "not measured yet"


@dataclass(frozen=True)
class Effect:
    """`saved`, `gained`: in words, as outcomes are measured. `episodes` were drawn, `held` of them held out."""

    saved: str = NOT_MEASURED
    gained: str = NOT_MEASURED
    episodes: int = 0
    held: int = 0

    @property
    def holdout(self) -> str:
        """ "" for a rule that never held anything out."""
        if not self.episodes:
            return ""
        return f"{self.held:,} of {self.episodes:,} episodes were held out, to measure its effect"


def effect_of(rule: Rule) -> Effect:
    """Outcomes of changes are not measured yet, so what they saved and gained isn't known."""
    counted = HoldoutDraw.objects.filter(rule_version__rule=rule).aggregate(
        episodes=Count("pk"), held=Count("pk", filter=Q(held=True))
    )
    return Effect(episodes=counted["episodes"], held=counted["held"])
