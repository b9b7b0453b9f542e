"""Tell people; change nothing."""

from typing import Annotated

from pydantic import Field

from metaads.models import Level
from optimization.kinds.base import Kind, KindParameters


class Message(KindParameters):
    """`message`: what the notice says."""

    message: Annotated[str, Field(min_length=1, max_length=400, description="What the notice says.")]


class NotifyOnly(Kind):
    key = "notify_only"
    label = "Notify"
    levels = frozenset({Level.CAMPAIGN.value, Level.AD_SET.value, Level.AD.value})
    Parameters = Message
    changes_meta = False


NOTIFY_ONLY = NotifyOnly()
