"""Once a day the head of every account's chain goes into the installation's chain, and out of this machine by the log.

Whoever rewrites a chain from some link on would also have to rewrite the installation's, and the log that has left.
"""

import logging
from datetime import datetime

from django.db import transaction

from optimization.ledger.chain import INSTALLATION, Entry, record_many
from optimization.models import LedgerEvent, LedgerHead

log = logging.getLogger(__name__)
KIND = "chain_head"


@transaction.atomic
def anchor_heads(now: datetime) -> int:
    """Anchors all chains that have links, unless it was done on this UTC day. Gives how many were anchored."""
    day = now.date().isoformat()
    last = LedgerEvent.objects.filter(chain=INSTALLATION, kind=KIND).order_by("-number").first()
    if last is not None and last.payload["day"] == day:
        return 0
    heads = LedgerHead.objects.exclude(chain=INSTALLATION).filter(number__gt=0).order_by("chain")
    payloads = [{"day": day, "chain": head.chain, "number": head.number, "hash": head.hash} for head in heads]
    record_many(None, [Entry(KIND, "system", payload) for payload in payloads], now)
    for payload in payloads:
        log.warning("ledger head", extra=payload)
    return len(payloads)
