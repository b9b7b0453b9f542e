"""Questions about an account's surroundings at Meta: who else changes it, how its pixels and its health are."""

from metaads.selectors.changes import outside_changes
from metaads.selectors.connections import TokenState, token_state
from metaads.selectors.health import Health, health
from metaads.selectors.pixels import pixels
from metaads.selectors.reads import ReadState, side_reads
from metaads.selectors.rules import RuleLine, Touch, native_rules, native_rules_touching

__all__ = [
    "Health",
    "ReadState",
    "RuleLine",
    "TokenState",
    "Touch",
    "health",
    "native_rules",
    "native_rules_touching",
    "outside_changes",
    "pixels",
    "side_reads",
    "token_state",
]
