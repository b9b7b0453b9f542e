"""From Meta's error body to one of our errors: by code and subcode alone, never by text or HTTP status.

Source of the table: reference/meta-marketing-api.md 7.1 and 7.3.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from metaads.graph import secrets
from metaads.graph.errors import (
    Detail,
    MetaError,
    OutcomeUnknown,
    Permanent,
    RateLimited,
    TokenInvalid,
    TooMuchData,
    Transient,
)

# Internal faults: a read may be tried again, a write may have taken effect.
_INTERNAL = frozenset({1, 2, 5000, 3910001})
# Bad token or proof, and missing permissions (10 200 294 3 299): only reconnecting helps.
TOKEN_CODES = frozenset({190, 102, 104})
_PERMISSION = frozenset({3, 10, 200, 294, 299})
_LIMIT_CODES = frozenset({4, 17, 32, 613, 80000, 80003, 80004, 80009, 80014})
_TOO_MANY_CALLS = 2446079
_TOO_MUCH_DATA = frozenset({1487534})
_SLOW_READ = frozenset({1504018, 1504038, 1504043})
# Bad breakdown, bad metric, wrong level, terms not accepted, ad creation or spend cap quota: a person must look.
_FIX = frozenset({99, 1504041, 1504042, 1870034, 1870090, 1870092, 2708008, 1487225})


@dataclass(frozen=True)
class Bucket:
    """How long to wait when the headers do not say, and whether the whole account must wait."""

    wait: timedelta
    whole_account: bool = True


_DEFAULT_BUCKET = Bucket(timedelta(minutes=5))
_BUCKETS: dict[tuple[int, int | None], Bucket] = {
    (613, 1487632): Bucket(timedelta(hours=1), whole_account=False),  # 4 budget changes per ad set and hour
    (613, 5044001): Bucket(timedelta(seconds=2), whole_account=False),  # 100 mutations a second
    (17, 1885172): Bucket(timedelta(days=1), whole_account=False),  # 10 spend cap changes a day
    (613, None): Bucket(timedelta(hours=1)),  # abuse prevention
}


def bucket_of(detail: Detail) -> Bucket:
    """The bucket that a rate-limit error belongs to."""
    return _BUCKETS.get((detail.code or 0, detail.subcode), _DEFAULT_BUCKET)


def classify(body: object, status: int, wait: timedelta | None = None, hidden: Iterable[str] = ()) -> MetaError:
    """The error that a failed call raises.

    `body` is the decoded answer (text when it was no JSON), `status` is named in the text only, `wait` is what the
    usage headers ask for. `hidden`: the call's own secrets, which Meta's message may repeat; neither they nor anything
    that looks like a token is in the result.
    """
    error = body.get("error") if isinstance(body, Mapping) else None
    detail = secrets.cleaned(_detail(error), hidden) if isinstance(error, Mapping) else None
    if detail is None or detail.code is None:
        return OutcomeUnknown(f"Meta gave no usable answer (HTTP {status}).")
    text, code, sub = detail.for_people(), detail.code, detail.subcode
    if {code, sub} & _FIX:
        return Permanent(text, detail)
    if code in _LIMIT_CODES or _TOO_MANY_CALLS in {code, sub}:
        return RateLimited(text, detail, wait or bucket_of(detail).wait)
    return _kind(code, sub)(text, detail)


def _kind(code: int, sub: int | None) -> type[MetaError]:
    numbers = {code, sub}
    if numbers & _TOO_MUCH_DATA:
        return TooMuchData
    if numbers & _SLOW_READ:
        return Transient
    if code in TOKEN_CODES or code in _PERMISSION:
        return TokenInvalid
    if code in _INTERNAL or code < 0:
        return OutcomeUnknown
    return Permanent


def _detail(error: Mapping[str, Any]) -> Detail:
    return Detail(
        code=_number(error.get("code")),
        subcode=_number(error.get("error_subcode")),
        message=str(error.get("message") or ""),
        user_title=str(error.get("error_user_title") or ""),
        user_message=str(error.get("error_user_msg") or ""),
        fbtrace_id=str(error.get("fbtrace_id") or ""),
        blame=_blame(error.get("error_data")),
    )


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _blame(data: object) -> tuple[str, ...]:
    """`error_data` comes as JSON text or as an object: {"blame_field_specs": [["daily_budget"]]}."""
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except ValueError:
            return ()
    specs = data.get("blame_field_specs") if isinstance(data, Mapping) else None
    if not isinstance(specs, list):
        return ()
    return tuple(str(name) for spec in specs for name in (spec if isinstance(spec, list) else [spec]))
