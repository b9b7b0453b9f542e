"""The mirror of Meta's structure, connections, roles, and the executor's journal."""

from metaads.models.account import AdAccount
from metaads.models.connection import Connection
from metaads.models.journal import JournalStep
from metaads.models.level import Level
from metaads.models.membership import Membership, Role
from metaads.models.structure import Ad, AdSet, Campaign, Creative
from metaads.models.switch_state import SwitchState
from metaads.models.usage import ApiUsage

__all__ = [
    "Ad",
    "AdAccount",
    "AdSet",
    "ApiUsage",
    "Campaign",
    "Connection",
    "Creative",
    "JournalStep",
    "Level",
    "Membership",
    "Role",
    "SwitchState",
]
