"""The breaker as dispatch uses it: asked before each write begins, told what became of each, and announced once."""

from datetime import datetime

from metaads import executor
from optimization.dispatch import announce
from optimization.dispatch.held import Held
from optimization.models import Action


def why_not(action: Action, *, probe: bool = True) -> str | None:
    """Why no write may begin on this connection; None = it may. With `probe` Meta is asked once its pause is over.

    Call it outside of any transaction.
    """
    breaker = executor.open_breaker(action.account)
    if breaker is None or (probe and executor.probe(action.account, breaker)):
        return None
    return breaker.sentence(action.account.zone)


def count(held: Held, failed: bool, now: datetime) -> None:
    """One write more. Whoever opens the breaker with it tells people, once."""
    opened = executor.note_write(held.change.account, failed)
    if opened is not None:
        announce.outage(opened, now)
