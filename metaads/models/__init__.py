"""The mirror of Meta's structure, connections, roles, what others change there, and the executor's journal."""

from metaads.models.account import AdAccount
from metaads.models.breaker import Breaker
from metaads.models.connection import Connection
from metaads.models.health import AccountHealth
from metaads.models.journal import JournalStep
from metaads.models.level import Level
from metaads.models.membership import Membership, Role
from metaads.models.native_rule import NativeRule
from metaads.models.outside_change import OutsideChange
from metaads.models.pixel import Pixel
from metaads.models.side_read import SideRead
from metaads.models.structure import Ad, AdSet, Campaign, Creative
from metaads.models.switch_state import SwitchState
from metaads.models.usage import ApiUsage

__all__ = [
    "AccountHealth",
    "Ad",
    "AdAccount",
    "AdSet",
    "ApiUsage",
    "Breaker",
    "Campaign",
    "Connection",
    "Creative",
    "JournalStep",
    "Level",
    "Membership",
    "NativeRule",
    "OutsideChange",
    "Pixel",
    "Role",
    "SideRead",
    "SwitchState",
]
