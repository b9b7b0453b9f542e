"""Takes secrets out of what Meta says: its own messages repeat tokens ("Malformed access token EAAB..."). Pure."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from metaads.graph.errors import Detail

GONE = "[redacted]"
_SHORTEST = 4  # A shorter "secret" would be found inside ordinary words.
_META_TOKEN = re.compile(r"\bEAA[A-Za-z0-9]{5,}")
_MALFORMED = re.compile(r"((?i:malformed (?:access )?token)[\s:='\"]+)[^\s'\"]+")
# A word behind "access token" that can be no English one: it holds a digit, a bar or an inner capital, or is very long.
_SPOKEN = re.compile(
    r"((?i:access[ _]token)[\s:='\"(]+)(?=\S*[\d|]|\w+[A-Z]|\S{20})(?!https?:)[\w|.~+/-]{12,}=*",
)


def secrets_of(token: str, app_id: str, app_secret: str) -> tuple[str, ...]:
    """Everything secret that a call with these credentials carries, longest first, URL-quoted forms too.

    The proof is Meta's: HMAC-SHA256 of the token under the app secret (reference 1.2).
    """
    proof = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest() if app_secret else ""
    plain = {token, app_secret, proof, f"{app_id}|{app_secret}" if app_secret else ""}
    forms = plain | {quote(text, safe="") for text in plain}
    return tuple(sorted((text for text in forms if len(text) >= _SHORTEST), key=len, reverse=True))


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without `secrets`, and without whatever else looks like an access token."""
    for secret in secrets:
        text = text.replace(secret, GONE)
    text = _META_TOKEN.sub(GONE, text)
    text = _MALFORMED.sub(rf"\1{GONE}", text)
    return _SPOKEN.sub(rf"\1{GONE}", text)


def cleaned(detail: Detail, secrets: Iterable[str]) -> Detail:
    """The same with every text redacted: it is stored, shown, sent and put into the ledger."""
    held = tuple(secrets)
    return replace(
        detail,
        message=redact(detail.message, held),
        user_title=redact(detail.user_title, held),
        user_message=redact(detail.user_message, held),
        fbtrace_id=redact(detail.fbtrace_id, held),
        blame=tuple(redact(name, held) for name in detail.blame),
    )
