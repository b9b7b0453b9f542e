"""Proof of the chains: every link present, in order, unaltered, and the heads agree."""

from dataclasses import dataclass

from optimization.ledger.anchor import KIND as ANCHOR
from optimization.ledger.chain import INSTALLATION, digest
from optimization.models import LedgerEvent, LedgerHead


@dataclass(frozen=True)
class Problem:
    chain: str
    number: int
    what: str

    def __str__(self) -> str:
        return f"{self.chain} #{self.number}: {self.what}"


def _verify_chain(head: LedgerHead) -> list[Problem]:
    problems: list[Problem] = []
    expected, previous = 1, ""
    for event in LedgerEvent.objects.filter(chain=head.chain).order_by("number").iterator(chunk_size=2000):
        if event.number != expected:
            problems.append(Problem(head.chain, expected, f"missing up to #{event.number - 1}"))
        if event.previous != previous and event.number == expected:
            problems.append(Problem(head.chain, event.number, "does not follow the link before it"))
        if digest(event) != event.hash:
            problems.append(Problem(head.chain, event.number, "was altered: its hash no longer fits"))
        expected, previous = event.number + 1, event.hash
    if expected - 1 != head.number or previous != head.hash:
        problems.append(Problem(head.chain, head.number, "the chain's head does not fit its last link"))
    return problems


def verify() -> list[Problem]:
    """Problems of all chains; empty = proven whole. Chains with events but no head are reported too."""
    problems = []
    heads = {head.chain: head for head in LedgerHead.objects.order_by("chain")}
    for head in heads.values():
        problems += _verify_chain(head)
    orphans = LedgerEvent.objects.exclude(chain__in=heads).values_list("chain", flat=True).distinct()
    problems += [Problem(chain, 0, "events without a head") for chain in orphans]
    return problems + _verify_anchors()


def _verify_anchors() -> list[Problem]:
    """Every head that was once anchored in the installation's chain must still be that link of its chain."""
    problems = []
    for anchor in LedgerEvent.objects.filter(chain=INSTALLATION, kind=ANCHOR).order_by("number").iterator():
        chain, number, digest_then = (anchor.payload[name] for name in ("chain", "number", "hash"))
        if not LedgerEvent.objects.filter(chain=chain, number=number, hash=digest_then).exists():
            problems.append(Problem(chain, number, f"is not what was anchored on {anchor.payload['day']}"))
    return problems
