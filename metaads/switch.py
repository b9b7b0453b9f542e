"""All kill switches: the one reader of settings.SWITCHES and of the administrator's rows.

Off if either half is off; ENABLE_INTELLIGENCE off turns every other off. Nothing is cached, so a flip in admin
reaches every worker at its next question.
"""

from django.conf import settings

from metaads.models import SwitchState

INTELLIGENCE = "ENABLE_INTELLIGENCE"
COLLECTION = "ENABLE_INSIGHTS_COLLECTION"
RULES = "ENABLE_RULES_ENGINE"
EXECUTOR = "ENABLE_ACTION_EXECUTOR"
PREDICTIONS = "ENABLE_ML_PREDICTIONS"
OPTIMIZER = "OPTIMIZER_ENABLED"


class SwitchedOff(Exception):
    """A stage was asked to work while it is off. The text names the switch and where it is off."""


def why_off(name: str) -> str | None:
    """None if on, else a sentence naming the switch and the half that is off."""
    names = [INTELLIGENCE] if name == INTELLIGENCE else [INTELLIGENCE, name]
    for candidate in names:
        if not settings.SWITCHES[candidate]:
            return f"{candidate} is off in the environment (needs a restart to change)."
    off = SwitchState.objects.filter(name__in=names, on=False).values_list("name", flat=True).first()
    return f"{off} was turned off in admin." if off else None


def is_on(name: str) -> bool:
    return why_off(name) is None


def require(name: str) -> None:
    """Raises SwitchedOff with the reason."""
    reason = why_off(name)
    if reason:
        raise SwitchedOff(reason)


def states() -> dict[str, str | None]:
    """Every switch with its reason for being off (None = on), in two look-ups."""
    rows = set(SwitchState.objects.filter(on=False).values_list("name", flat=True))
    answer: dict[str, str | None] = {}
    for name in settings.SWITCHES:
        parents = [INTELLIGENCE] if name == INTELLIGENCE else [INTELLIGENCE, name]
        env_off = next((p for p in parents if not settings.SWITCHES[p]), None)
        row_off = next((p for p in parents if p in rows), None)
        answer[name] = (
            f"{env_off} is off in the environment." if env_off else f"{row_off} was turned off in admin." if row_off else None
        )
    return answer
