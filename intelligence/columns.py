"""Named NumPy columns in one blob: a JSON header and one zlib stream. No pickle, so a blob can hold no code.

Number columns are float64 outside and lossless inside: a column whose every value is a whole number, or a whole
number of hundredths, is kept as int32 (a quarter of the raw size, and what zlib likes); NaN has a value of its own
there. Anything else stays float64. Texts are ASCII bytes when they can be, else UTF-32 as NumPy has them. int64
columns (keys) stay as they are.
"""

import json
import struct
import zlib
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]

_MAGIC = b"CI01"
_LENGTH = struct.Struct("<I")
_NAN = np.int32(np.iinfo(np.int32).min)
_LIMIT = 2.0**31
_SCALES = (1, 100)
_ZLIB_LEVEL = 1
_SMALL = 2**18
"""Bytes that may stay decompressed: a day of some 1,500 entities."""


class BadColumns(ValueError):
    """The blob is not one of ours, or is cut short."""


def pack(columns: Mapping[str, Column]) -> bytes:
    """Equal columns give equal bytes, so that a digest of the result says whether anything changed."""
    header: list[list[object]] = []
    parts: list[bytes] = []
    for name, column in columns.items():
        coding, stored = _encode(column)
        header.append([name, coding, stored.dtype.str, len(column)])
        parts.append(stored.tobytes())
    head = json.dumps(header, separators=(",", ":")).encode()
    return _MAGIC + _LENGTH.pack(len(head)) + head + zlib.compress(b"".join(parts), _ZLIB_LEVEL)


def unpack(blob: bytes | memoryview, only: Container[str] | None = None) -> dict[str, Column]:
    """The columns in the order they were packed, or `only` these of them. Raises BadColumns."""
    opened = Opened(blob)
    opened.open()
    return {name: opened[name] for name in opened if only is None or name in only}


class Opened(Mapping[str, Column]):
    """Packed columns, each decoded when it is asked for and then not kept: whoever needs one column of a day does not
    need the other forty. Raises BadColumns, also when a column is asked for.

    They stay compressed until the first is asked for, and are so again after `close`: a month of 10,000 ads takes
    10 MB then, a fourth of what it takes open and a tenth of the arrays.
    """

    def __init__(self, blob: bytes | memoryview) -> None:
        raw = bytes(blob)
        if raw[:4] != _MAGIC:
            raise BadColumns("These are not packed columns.")
        try:
            (length,) = _LENGTH.unpack_from(raw, 4)
            self._places, self._size = _places(raw[8 : 8 + length])
        except (struct.error, ValueError, TypeError) as error:
            raise BadColumns(f"Packed columns are damaged: {error}") from error
        self._packed, self._open = raw[8 + length :], b""

    def __getitem__(self, name: str) -> Column:
        coding, dtype, rows, start = self._places[name]
        body = self._body(self._end(name))
        return _decode(coding, np.frombuffer(body, dtype=dtype, count=rows, offset=start))

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def _end(self, name: str) -> int:
        _, dtype, rows, start = self._places[name]
        return start + dtype.itemsize * rows

    def reach(self, names: Iterable[str]) -> None:
        """Decompresses as far as these columns go, where several are wanted; one that is not there is passed over."""
        self._body(max((self._end(name) for name in names if name in self._places), default=0))

    def _body(self, until: int) -> bytes:
        """At least so many bytes: at first no more, for what is asked most stands in front; the second time all."""
        if len(self._open) < until:
            part = not self._open and self._size > _SMALL
            self._open = self._inflated(until if part else self._size)
        return self._open

    def _inflated(self, size: int) -> bytes:
        try:
            whole = size >= self._size
            body = zlib.decompress(self._packed) if whole else zlib.decompressobj().decompress(self._packed, size)
        except zlib.error as error:
            raise BadColumns(f"Packed columns are damaged: {error}") from error
        if len(body) < min(size, self._size):
            raise BadColumns("Packed columns are damaged: they are cut short")
        return body

    def open(self) -> None:
        """Decompresses all at once, where more than a few columns are wanted."""
        self._open = self._inflated(self._size)

    def close(self) -> None:
        """Gives back the memory of what is decompressed; the next column decompresses it again. Small ones stay."""
        if self._size > _SMALL:
            self._open = b""

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@lru_cache(maxsize=256)
def _places(head: bytes) -> tuple[Mapping[str, tuple[str, np.dtype[Any], int, int]], int]:
    """Coding, type, number and start of each column; and the bytes that all take. A tick opens the same month again
    and again, and the days of a month often have one head."""
    header: list[list[Any]] = json.loads(head)
    answer: dict[str, tuple[str, np.dtype[Any], int, int]] = {}
    start = 0
    for name, coding, text, rows in header:
        dtype = np.dtype(text)
        answer[str(name)] = (str(coding), dtype, int(rows), start)
        start += dtype.itemsize * int(rows)
    return answer, start


def _encode(column: Column) -> tuple[str, Column]:
    if column.dtype.kind == "U":
        return _encode_text(column)
    if column.dtype.kind == "i":
        return "raw", column.astype("<i8")
    if column.dtype.kind != "f":
        raise TypeError(f"Columns of type {column.dtype} are not kept.")
    return _encode_number(column.astype("<f8"))


def _encode_text(column: Column) -> tuple[str, Column]:
    try:
        return "ascii", column.astype("S") if len(column) else column.astype("S1")
    except UnicodeEncodeError:
        return "raw", column.astype(column.dtype.newbyteorder("<"))


def _encode_number(column: Column) -> tuple[str, Column]:
    unknown = np.isnan(column)
    known = np.where(unknown, 0.0, column)
    if np.any(np.abs(known) >= _LIMIT) or np.any(_negative_zero(known)):
        return "raw", column
    for scale in _SCALES:
        whole = np.round(known * scale)
        if np.all(np.abs(whole) < _LIMIT) and np.array_equal(whole / scale, known):
            return str(scale), np.where(unknown, _NAN, whole.astype("<i4")).astype("<i4")
    return "raw", column


def _negative_zero(column: Column) -> Column:
    negative: Column = (column == 0) & np.signbit(column)
    return negative


def _decode(coding: str, stored: Column) -> Column:
    if coding == "raw":
        return stored.copy()  # a view would keep the whole body in memory
    if coding == "ascii":
        return stored.astype(f"<U{max(stored.dtype.itemsize, 1)}")
    scale = int(coding)
    numbers = stored.astype(np.float64)
    if scale != 1:
        numbers /= scale
    numbers[stored == _NAN] = np.nan
    return numbers
