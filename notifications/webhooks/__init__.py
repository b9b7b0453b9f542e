"""Webhooks out: stored in the transaction of what they tell, posted by a worker at least once, with a delivery id."""

from notifications.webhooks.deliver import deliver_due
from notifications.webhooks.queue import Call, enqueue

__all__ = ["Call", "deliver_due", "enqueue"]
