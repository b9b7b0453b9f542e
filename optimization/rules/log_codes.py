"""How the evaluation log is packed: two bits a check, and one number more for a check that matched.

A block is the codes of some rules on 256 places, as one zlib stream: R x 64 bytes of four codes each, then for each
code MATCHED, in reading order, the number of its fate (uint16) among the texts of the tick.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PLACES = 256
NOT_COVERED, NOT_MATCHED, UNKNOWN, MATCHED = 0, 1, 2, 3
Codes = NDArray[np.uint8]
Fates = NDArray[np.uint16]
_SHIFTS = np.array([0, 2, 4, 6], dtype=np.uint8)
_LEVEL = 6


@dataclass(frozen=True)
class Ruled:
    """One rule at one tick. `problem`: why it could not be evaluated at all; "" = it was."""

    rule_id: int
    version_id: int
    problem: str = ""


@dataclass(frozen=True)
class Head:
    """What the blocks of a tick share. `fates` are (result, reason)."""

    rules: tuple[Ruled, ...]
    fates: tuple[tuple[str, str], ...]


def pack_head(head: Head) -> bytes:
    rules = [[one.rule_id, one.version_id, one.problem] for one in head.rules]
    return zlib.compress(json.dumps([rules, head.fates], separators=(",", ":")).encode(), _LEVEL)


def unpack_head(packed: bytes | memoryview) -> Head:
    rules, fates = json.loads(zlib.decompress(packed))
    return Head(tuple(Ruled(*one) for one in rules), tuple((result, reason) for result, reason in fates))


def pack_block(codes: Codes, fates: Fates) -> bytes:
    """`codes` and `fates` are (rules, 256); a fate counts only where the code is MATCHED."""
    four = codes.reshape(len(codes), PLACES // 4, 4) << _SHIFTS
    joined = np.bitwise_or.reduce(four, axis=2)
    told = fates[codes == MATCHED].astype("<u2")
    return zlib.compress(joined.tobytes() + told.tobytes(), _LEVEL)


def read_place(packed: bytes | memoryview, rules: int, slot: int) -> tuple[list[int], dict[int, int]]:
    """The code of each rule at place `slot` of the block, and the fate of those that matched, by rule."""
    raw = zlib.decompress(packed)
    joined = np.frombuffer(raw, dtype=np.uint8, count=rules * PLACES // 4).reshape(rules, PLACES // 4)
    codes: list[int] = ((joined[:, slot // 4] >> (slot % 4 * 2)) & 3).tolist()
    if MATCHED not in codes:
        return codes, {}
    matched = (((joined[:, :, None] >> _SHIFTS) & 3) == MATCHED).reshape(rules, PLACES)
    before = np.concatenate([[0], np.cumsum(np.count_nonzero(matched, axis=1))])
    told = np.frombuffer(raw, dtype="<u2", offset=rules * PLACES // 4)
    return codes, {
        rule: int(told[before[rule] + np.count_nonzero(matched[rule, :slot])])
        for rule, code in enumerate(codes)
        if code == MATCHED
    }


def parts_of(codes: Codes) -> Sequence[int]:
    """Numbers of the blocks in which some rule covers something. `codes` is (rules, a multiple of 256)."""
    covered = np.asarray(codes.reshape(len(codes), -1, PLACES).any(axis=(0, 2)))
    found: list[int] = np.flatnonzero(covered).tolist()
    return found
