"""Whether a change was ours: Meta may have shown the wanted value before anything was sent."""

from collections.abc import Iterable

from metaads.models import JournalStep
from optimization.models import Action

NOT_OURS = "Meta showed the value already, so it was not our change."


def never_ours(actions: Iterable[Action]) -> set[int]:
    """Ids of those of which nothing was sent or made, by the journal, and that nobody did by hand for us. One query.

    What has no journal (it was never begun, or is older than it) counts as ours.
    """
    key_of = {
        f"{action.public_id}:{number}": action.pk
        for action in actions
        if not action.by_hand
        for number in range(1, max(1, len(action.steps)) + 1)
    }
    quiet, ours = set[int](), set[int]()
    rows = JournalStep.objects.filter(key__in=key_of).values_list("key", "state", "sent", "made_id")
    for key, state, sent, made_id in rows:
        (quiet if state == JournalStep.State.DONE and not sent and not made_id else ours).add(key_of[key])
    return quiet - ours
