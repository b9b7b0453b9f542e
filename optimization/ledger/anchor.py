"""Once a day the head of every account's chain goes into the installation's chain, and out of this machine by the log.

Whoever rewrites a chain from some link on would also have to rewrite the installation's, and the log that has left.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from optimization.ledger.chain import INSTALLATION, Entry, record_many
from optimization.models import LedgerEvent, LedgerHead

log = logging.getLogger(__name__)
KIND = "chain_head"


@dataclass(frozen=True)
class Anchor:
    """What an anchor says: `chain` had `hash` at its link `number` on the UTC day `day` (ISO)."""

    day: str
    chain: str
    number: int
    hash: str


def read_anchor(payload_text: str) -> Anchor | None:
    """None for a text that is no anchor's: the ledger is read after somebody may have altered it."""
    try:
        said = json.loads(payload_text)
        anchor = Anchor(said["day"], said["chain"], said["number"], said["hash"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    texts = all(isinstance(text, str) for text in (anchor.day, anchor.chain, anchor.hash))
    return anchor if texts and type(anchor.number) is int else None


@transaction.atomic
def anchor_heads(now: datetime) -> int:
    """Anchors all chains that have links, unless it was done on this UTC day. Gives how many were anchored."""
    day = now.date().isoformat()
    anchors = LedgerEvent.objects.filter(chain=INSTALLATION, kind=KIND).order_by("-number")
    last = read_anchor(anchors.values_list("payload_text", flat=True).first() or "")
    if last is not None and last.day == day:
        return 0
    heads = LedgerHead.objects.exclude(chain=INSTALLATION).filter(number__gt=0).order_by("chain")
    payloads = [{"day": day, "chain": head.chain, "number": head.number, "hash": head.hash} for head in heads]
    record_many(None, [Entry(KIND, "system", payload) for payload in payloads], now)
    for payload in payloads:
        log.warning("ledger head", extra=payload)
    return len(payloads)
