"""One call as the API sees it, whichever way it came (HTTP, or an item of a batch)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from metaads.sandbox.graph.errors import invalid

# Meta's own number is not published.
MOST_ROWS = 100_000
# Parameters that any call may carry and that mean nothing to the world.
COMMON = frozenset(
    {
        "access_token",
        "appsecret_proof",
        "callback",
        "debug",
        "fields",
        "format",
        "id",  # Meta's Node SDK repeats the id of the object that it writes to
        "include_headers",
        "locale",
        "method",
        "pretty",
        "summary",
        "suppress_http_code",
        "transport",
    }
)


@dataclass(frozen=True)
class Call:
    """`path` without and `base` with the version; `params`: query and form together; `bearer`: token in the header.

    `most_rows`: how many rows of insights the answer may come from (not only those of one page).
    `asynchronous`: it came in an asynchronous batch.
    """

    method: str
    base: str
    path: tuple[str, ...]
    params: dict[str, str]
    request_id: str = ""
    bearer: str = ""
    asynchronous: bool = False
    most_rows: int = MOST_ROWS

    @property
    def token(self) -> str:
        """From the header or the parameter; only the latter comes back in `paging.next`."""
        return self.bearer or self.params.get("access_token", "")

    def credentials(self) -> dict[str, str]:
        """The parameters that say who calls; calls made of this one carry them on."""
        return {k: v for k, v in self.params.items() if k in ("access_token", "appsecret_proof")}

    def text(self, name: str, default: str = "") -> str:
        return self.params.get(name, default)

    def number(self, name: str, default: int) -> int:
        """A whole number, else error 100."""
        raw = self.params.get(name, "")
        if raw == "":
            return default
        try:
            return int(raw)
        except ValueError:
            raise invalid(f"Param {name} must be an integer", name) from None

    def moment(self, name: str, default: int) -> int:
        """Unix seconds from a Unix time stamp, an ISO date or an ISO moment (UTC without offset), else error 100."""
        raw = self.params.get(name, "").strip().strip('"')
        if raw == "":
            return default
        if raw.removeprefix("-").isdigit():
            return int(raw)
        try:
            parsed = datetime.fromisoformat(raw)
        except ValueError:
            raise invalid(f"Param {name} must be a date or a time stamp", name) from None
        return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp())

    def truth(self, name: str, default: bool = False) -> bool:
        """A boolean as JSON or as 0 and 1."""
        raw = self.params.get(name, "").strip().lower()
        return default if raw == "" else raw in ("true", "1")

    def json(self, name: str, default: Any = None) -> Any:
        """A JSON value, else error 100."""
        raw = self.params.get(name, "")
        if raw == "":
            return default
        try:
            return json.loads(raw)
        except ValueError:
            raise invalid(f"Param {name} must be valid JSON", name) from None

    def words(self, name: str) -> list[str]:
        """A list given as JSON array or with commas."""
        raw = self.text(name).strip()
        if raw.startswith("["):
            value = self.json(name)
            return [str(v) for v in value] if isinstance(value, list) else []
        return [w.strip() for w in raw.split(",") if w.strip()]

    def url(self, **changes: str) -> str:
        """This request's address with changed parameters, credentials included as they were sent (reference 2.3)."""
        params = {k: v for k, v in self.params.items() if v != ""} | changes
        return f"{self.base}/{'/'.join(self.path)}?{urlencode(params)}"
