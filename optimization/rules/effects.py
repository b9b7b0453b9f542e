"""How many firings of a rule its hold-out set aside, to measure its effect."""

from dataclasses import dataclass

from django.db.models import Count, Q

from optimization.models import HoldoutDraw, Rule


@dataclass(frozen=True)
class Effect:
    """`episodes` were drawn, `held` of them held out."""

    episodes: int = 0
    held: int = 0

    @property
    def holdout(self) -> str:
        """ "" for a rule that never held anything out."""
        if not self.episodes:
            return ""
        return f"{self.held:,} of {self.episodes:,} episodes were held out, to measure its effect"


def effect_of(rule: Rule) -> Effect:
    counted = HoldoutDraw.objects.filter(rule_version__rule=rule).aggregate(
        episodes=Count("pk"), held=Count("pk", filter=Q(held=True))
    )
    return Effect(episodes=counted["episodes"], held=counted["held"])
