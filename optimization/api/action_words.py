"""The designs' own words for kinds and states of actions (spec 30, table of kinds; spec 70 [B]).

One implementation stands behind the pairs of paths: an alias path filters and answers in its design's words.
"""

from collections.abc import Mapping

from optimization.models import Action, Source, Status

KIND_WORDS: Mapping[str, Mapping[str, str]] = {
    "A": {
        "pause": "pause",
        "activate": "enable",
        "increase_budget": "budget",
        "decrease_budget": "budget",
        "set_budget": "budget",
        "scale_by_target": "budget",
        "adjust_bid": "bid",
        "set_bid_strategy": "bid",
        "adjust_audience": "audience",
    },
    "B": {
        "pause": "pause",
        "activate": "resume",
        "increase_budget": "scale_up",
        "decrease_budget": "scale_down",
        "reallocate": "reallocate",
    },
    "C": {
        "pause": "pause_adset",
        "increase_budget": "update_budget",
        "decrease_budget": "update_budget",
        "set_budget": "update_budget",
        "duplicate": "promote_winner",
        "create_campaign": "create_campaign",
    },
}
"""Design -> kind -> its word. A kind without one keeps its key."""

SUGGESTED, PENDING, EXECUTING = "suggested", "pending", "executing"
_STATE_WORDS: Mapping[Status, str] = {
    Status.PENDING: SUGGESTED,
    Status.APPROVED: PENDING,
    Status.UNCERTAIN: EXECUTING,
    Status.NEEDS_PERSON: EXECUTING,
}
"""[B]'s states: what waits for a person is suggested, what is approved pending, what is not settled executing."""


def kind_word(design: str, kind: str) -> str:
    return KIND_WORDS[design].get(kind, kind)


def kinds_of(design: str, word: str) -> list[str]:
    """The kinds that a design calls by this word; a key of ours is understood too."""
    return [kind for kind, its in KIND_WORDS[design].items() if its == word] or [word]


def state_word(status: str) -> str:
    """[B]'s word for a status."""
    return _STATE_WORDS.get(Status(status), Status(status).value)


def states_of(word: str) -> list[Status]:
    """The statuses that [B] calls by this word."""
    return [status for status in Status if state_word(status) == word]


B_STATES = tuple(dict.fromkeys(state_word(status) for status in Status))


def created_by(action: Action) -> str:
    """[B]: `optimizer`, `optimizer_auto`, `rule`, or the name of the person who wanted it."""
    if action.source == Source.OPTIMIZER:
        return "optimizer_auto" if action.alone else "optimizer"
    return action.proposed_by.get_username() if action.proposed_by else action.source
