"""Whether an account may deliver at all: status, spending limit, payment, and who may do what (reference 3.2)."""

from dataclasses import dataclass, field
from typing import Any

ACTIVE, IN_GRACE_PERIOD, ANY_ACTIVE = 1, 9, 201
STATUSES = frozenset({ACTIVE, 2, 3, 7, 8, IN_GRACE_PERIOD, 100, 101, ANY_ACTIVE, 202})
_TASKS = ("MANAGE", "ADVERTISE", "ANALYZE", "DRAFT")


@dataclass(slots=True)
class Health:
    """What Meta says of an account. `spend_cap`: minor units, 0 = none; `funded`: it has a means of payment.

    `cap_from`: what had been spent (minor units) when the limit was last reset.
    """

    account_status: int = ACTIVE
    disable_reason: int = 0
    spend_cap: int = 0
    cap_from: int = 0
    funded: bool = True
    user_tasks: list[str] = field(default_factory=lambda: list(_TASKS))
    failed_delivery_checks: list[dict[str, Any]] = field(default_factory=list)

    def delivers(self, spent: int) -> bool:
        """Whether its ads may run at all, `spent` minor units into its life."""
        capped = self.spend_cap > 0 and spent - self.cap_from >= self.spend_cap
        return self.account_status in (ACTIVE, IN_GRACE_PERIOD, ANY_ACTIVE) and self.funded and not capped
