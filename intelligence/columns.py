"""Named NumPy columns in one blob: a JSON header and one zlib stream. No pickle, so a blob can hold no code.

Number columns are float64 outside and lossless inside: a column whose every value is a whole number, or a whole
number of hundredths, is kept as int32 (a quarter of the raw size, and what zlib likes); NaN has a value of its own
there. Anything else stays float64. Texts are ASCII bytes when they can be, else UTF-32 as NumPy has them. int64
columns (keys) stay as they are.
"""

import json
import struct
import zlib
from collections.abc import Mapping
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


def unpack(blob: bytes | memoryview) -> dict[str, Column]:
    """The columns in the order they were packed. Raises BadColumns."""
    raw = bytes(blob)
    if raw[:4] != _MAGIC:
        raise BadColumns("These are not packed columns.")
    try:
        (length,) = _LENGTH.unpack_from(raw, 4)
        header = json.loads(raw[8 : 8 + length])
        body = zlib.decompress(raw[8 + length :])
        return _columns(header, body)
    except (struct.error, ValueError, TypeError, zlib.error) as error:
        raise BadColumns(f"Packed columns are damaged: {error}") from error


def _columns(header: list[list[Any]], body: bytes) -> dict[str, Column]:
    answer: dict[str, Column] = {}
    start = 0
    for name, coding, dtype, rows in header:
        stored = np.frombuffer(body, dtype=np.dtype(dtype), count=rows, offset=start)
        answer[name] = _decode(coding, stored)
        start += stored.nbytes
    return answer


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
        return stored
    if coding == "ascii":
        return stored.astype(f"<U{max(stored.dtype.itemsize, 1)}")
    scale = int(coding)
    numbers = stored.astype(np.float64)
    if scale != 1:
        numbers /= scale
    numbers[stored == _NAN] = np.nan
    return numbers
