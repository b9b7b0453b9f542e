"""How the evaluation log is packed: two bits a check, and one number more for a check that matched.

A block is the codes of some rules on 256 places, as one zlib stream: R x 64 bytes of four codes each, then for each
code MATCHED, in reading order, the number of its fate (uint16) among the texts of the tick.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

PLACES = 256
NOT_COVERED, NOT_MATCHED, UNKNOWN, MATCHED = 0, 1, 2, 3
Codes = NDArray[np.uint8]
Fates = NDArray[np.uint16]
_SHIFTS = np.array([0, 2, 4, 6], dtype=np.uint8)
_MATCHES = np.array(
    [sum(byte >> shift & 3 == MATCHED for shift in (0, 2, 4, 6)) for byte in range(256)], dtype=np.int64
)
"""How many of the four codes in a byte are MATCHED."""
_LEVEL = 6


@dataclass(frozen=True)
class Ruled:
    """One rule at one tick. `problem`: why it could not be evaluated at all; "" = it was."""

    rule_id: int
    version_id: int
    problem: str = ""


class Head:
    """What the blocks of a tick share: its rules in the order of the codes, and the fates, which are (result, reason).

    Packed as two lines of JSON. Most ticks have the same rules; the fates are read only where something matched.
    """

    def __init__(self, packed: bytes | memoryview) -> None:
        rules, self._fates = zlib.decompress(packed).split(b"\n")
        self.rules = _rules(rules)

    @cached_property
    def fates(self) -> list[tuple[str, str]]:
        return [(result, reason) for result, reason in json.loads(self._fates)]


def pack_head(rules: Iterable[Ruled], fates: Sequence[tuple[str, str]]) -> bytes:
    said = [[one.rule_id, one.version_id, one.problem] for one in rules]
    lines = [json.dumps(part, separators=(",", ":")).encode() for part in (said, fates)]
    return zlib.compress(b"\n".join(lines), _LEVEL)


@lru_cache(maxsize=64)
def _rules(line: bytes) -> tuple[Ruled, ...]:
    return tuple(Ruled(*one) for one in json.loads(line))


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
    counts = _MATCHES[joined]
    before = np.cumsum(counts.sum(axis=1))
    told = np.frombuffer(raw, dtype="<u2", offset=rules * PLACES // 4)
    answer = {}
    for rule, code in enumerate(codes):
        if code == MATCHED:
            earlier = int(before[rule - 1]) if rule else 0
            beside = sum(int(joined[rule, slot // 4]) >> 2 * at & 3 == MATCHED for at in range(slot % 4))
            answer[rule] = int(told[earlier + int(counts[rule, : slot // 4].sum()) + beside])
    return codes, answer


def parts_of(codes: Codes) -> Sequence[int]:
    """Numbers of the blocks in which some rule covers something. `codes` is (rules, a multiple of 256)."""
    covered = np.asarray(codes.reshape(len(codes), -1, PLACES).any(axis=(0, 2)))
    found: list[int] = np.flatnonzero(covered).tolist()
    return found
