"""All kill switches: the one reader of settings.SWITCHES and of the administrator's rows.

Off if either half is off; ENABLE_INTELLIGENCE off turns every other off. Nothing is cached, so a flip in admin
reaches every worker at its next question.
"""

from django.conf import settings

from metaads.models import SwitchState
from metaads.prepared import Prepared

INTELLIGENCE = "ENABLE_INTELLIGENCE"
COLLECTION = "ENABLE_INSIGHTS_COLLECTION"
RULES = "ENABLE_RULES_ENGINE"
EXECUTOR = "ENABLE_ACTION_EXECUTOR"
PREDICTIONS = "ENABLE_ML_PREDICTIONS"
OPTIMIZER = "OPTIMIZER_ENABLED"

_OFF = Prepared(lambda: SwitchState.objects.filter(on=False).values_list("name", flat=True))


class SwitchedOff(Exception):
    """A stage was asked to work while it is off. The text names the switch and where it is off."""


def why_off(name: str) -> str | None:
    """None if on, else a sentence naming the switch and the half that is off."""
    return _reason(name, set(_OFF()))


def is_on(name: str) -> bool:
    return why_off(name) is None


def require(name: str) -> None:
    """Raises SwitchedOff with the reason."""
    reason = why_off(name)
    if reason:
        raise SwitchedOff(reason)


def states() -> dict[str, str | None]:
    """Every switch with its reason for being off (None = on), in one look-up."""
    rows = set(_OFF())
    return {name: _reason(name, rows) for name in settings.SWITCHES}


def _reason(name: str, rows: set[str]) -> str | None:
    for part in [INTELLIGENCE] if name == INTELLIGENCE else [INTELLIGENCE, name]:
        if not settings.SWITCHES[part]:
            return f"{part} is off in the environment (needs a restart to change)."
        if part in rows:
            return f"{part} was turned off in admin."
    return None
