"""Proof of the chains: every link present, in order, unaltered, and the heads agree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import DatabaseError

from optimization.ledger.anchor import KIND as ANCHOR
from optimization.ledger.anchor import read_anchor
from optimization.ledger.chain import INSTALLATION, digest
from optimization.models import LedgerEvent, LedgerHead

PAGE = 500  # in_bulk asks by keys, and SQLite takes a limited number of them
# What Django and the drivers raise at a row that holds garbage. A database that is gone says so at the next question.
UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError, DatabaseError)


@dataclass(frozen=True)
class Problem:
    chain: str
    number: int
    what: str

    def __str__(self) -> str:
        return f"{self.chain} #{self.number}: {self.what}"


def _read(numbers: Sequence[tuple[int, Any]]) -> Iterator[tuple[Any, LedgerEvent | None]]:
    """Numbers with their events; None where the row holds what cannot be read (a date that is none, say)."""
    keys = [key for key, _ in numbers]
    try:
        events = LedgerEvent.objects.in_bulk(keys)
    except UNREADABLE:
        events = {key: event for key in keys if (event := _read_one(key)) is not None}
    for key, number in numbers:
        yield number, events.get(key)


def _read_one(key: int) -> LedgerEvent | None:
    try:
        return LedgerEvent.objects.get(pk=key)
    except UNREADABLE:
        return None


def _links(chain: str) -> Iterator[tuple[Any, LedgerEvent | None]]:
    rows = LedgerEvent.objects.filter(chain=chain).order_by("number").values_list("pk", "number").iterator()
    while page := list(islice(rows, PAGE)):
        yield from _read(page)


def _fits(event: LedgerEvent | None) -> bool:
    """Whether the hash is that of the row as it is now; what cannot even be read or hashed does not fit."""
    try:
        return event is not None and digest(event) == event.hash
    except UNREADABLE:
        return False


def _verify_chain(head: LedgerHead) -> list[Problem]:
    problems: list[Problem] = []
    expected, previous = 1, ""
    for number, event in _links(head.chain):
        if not isinstance(number, int):  # SQLite keeps a text in a column of numbers
            problems.append(Problem(head.chain, expected, f"was altered: {number!r} is no number of a link"))
            continue
        if number != expected:
            problems.append(Problem(head.chain, expected, f"missing up to #{number - 1}"))
        if event is not None and event.previous != previous and number == expected:
            problems.append(Problem(head.chain, number, "does not follow the link before it"))
        if not _fits(event):
            problems.append(Problem(head.chain, number, "was altered: its hash no longer fits"))
        expected, previous = number + 1, event.hash if event is not None else _stored_hash(head.chain, number)
    if expected - 1 != head.number or previous != head.hash:
        problems.append(Problem(head.chain, head.number, "the chain's head does not fit its last link"))
    return problems


def _stored_hash(chain: str, number: int) -> str:
    """Of a row that cannot be read whole, so that the links after it are judged by themselves."""
    return str(LedgerEvent.objects.filter(chain=chain, number=number).values_list("hash", flat=True).first())


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
    anchors = LedgerEvent.objects.filter(chain=INSTALLATION, kind=ANCHOR).order_by("number")
    for number, text in anchors.values_list("number", "payload_text").iterator():
        said = read_anchor(text)
        if said is None:
            problems.append(Problem(INSTALLATION, number, "was altered: it is an anchor that cannot be read"))
        elif not LedgerEvent.objects.filter(chain=said.chain, number=said.number, hash=said.hash).exists():
            problems.append(Problem(said.chain, said.number, f"is not what was anchored on {said.day}"))
    return problems
