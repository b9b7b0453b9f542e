"""Subscriptions: the app's callback with its verification, connected accounts, thresholds. Kept in their own file."""

import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from metaads.sandbox.graph.auth import Credentials
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError, invalid
from metaads.sandbox.graph.known import names

OBJECT = "ad_account"
FIELDS = names(
    """
    effective_status with_issues_ad_objects in_process_ad_objects creative_fatigue ad_recommendations subscriptions
    product_set_issue
    """
)
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
# Address and parameters of the verification -> status and body of the answer; OSError when nobody is there.
Ask = Callable[[str, dict[str, str]], tuple[int, str]]


@dataclass(slots=True)
class Subscription:
    """The app's one callback for ad accounts."""

    callback_url: str
    fields: list[str]
    include_values: bool = False


@dataclass(slots=True)
class Threshold:
    """Tell once when a metric of an object passes a value. `told` once it has."""

    id: str
    account: str
    object_id: str
    field: str
    value: float
    told: bool = False


@dataclass(slots=True)
class Subscriptions:
    """State of one app. `accounts`: ids that are connected to it; without that nothing of them is pushed."""

    credentials: Credentials
    ask: Ask
    path: Path | None = None
    callback: Subscription | None = None
    accounts: set[str] = field(default_factory=set)
    thresholds: list[Threshold] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.path is not None and self.path.exists():
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            self.callback = Subscription(**kept["callback"]) if kept["callback"] else None
            self.accounts = set(kept["accounts"])
            self.thresholds = [Threshold(**one) for one in kept["thresholds"]]

    def wants(self, account_id: str, name: str) -> bool:
        """Whether changes of this field are to be pushed for this account."""
        return self.callback is not None and account_id in self.accounts and name in self.callback.fields

    def app(self, call: Call) -> Any:
        """`/{app}/subscriptions`: GET, POST and DELETE, with an app token only."""
        own = f"{self.credentials.app_id}|{self.credentials.app_secret}"
        if not hmac.compare_digest(call.token, own):
            raise GraphError("(#15) This method must be called with an app access_token.", 15)
        if call.method == "GET":
            return {"data": [self._shown(self.callback)] if self.callback else []}
        if call.method == "DELETE":
            self.callback = None
        else:
            self._subscribe(call)
        self.keep()
        return {"success": True}

    def _shown(self, one: Subscription) -> dict[str, Any]:
        listed = [{"name": name, "version": "v26.0"} for name in one.fields]
        return {"object": OBJECT, "callback_url": one.callback_url, "active": True, "fields": listed}

    def _subscribe(self, call: Call) -> None:
        """Checks the parameters, then that whoever listens there knows the token."""
        if call.text("object") != OBJECT:
            raise invalid(f"Param object must be one of {{{OBJECT}}}", "object")
        fields = call.words("fields")
        if not fields or set(fields) - FIELDS:
            raise invalid(f"Param fields must name some of {{{', '.join(sorted(FIELDS))}}}", "fields")
        address, token = call.text("callback_url"), call.text("verify_token")
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
            raise invalid("callback_url must be an https address", "callback_url")
        self._verify(address, token)
        self.callback = Subscription(address, fields, call.truth("include_values"))

    def _verify(self, address: str, token: str) -> None:
        challenge = str(secrets.randbelow(10**10))
        asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
        try:
            status, body = self.ask(address, asked)
        except OSError as error:
            raise _unverified(f"the callback cannot be reached ({type(error).__name__})") from None
        if status != 200 or body.strip() != challenge:
            raise _unverified(f"the callback answered {status}, and not with the challenge")

    def connect(self, account_id: str) -> None:
        """Changes of this account are pushed from now on."""
        self.accounts.add(account_id)
        self.keep()

    def disconnect(self, account_id: str) -> None:
        """Nothing of this account is pushed any more."""
        self.accounts.discard(account_id)
        self.keep()

    def add_threshold(self, account_id: str, call: Call) -> str:
        """A threshold's id. (Names of its parameters: assumed, the reference does not give them.)"""
        for name in ("object_id", "field", "value"):
            if not call.text(name):
                raise invalid(f"The parameter {name} is required", name)
        made = str(7_000_000_000_000 + len(self.thresholds) + 1)
        try:
            value = float(call.text("value"))
        except ValueError:
            raise invalid("Param value must be a number", "value") from None
        self.thresholds.append(Threshold(made, account_id, call.text("object_id"), call.text("field"), value))
        self.keep()
        return made

    def keep(self) -> None:
        """Writes the file in one step, where there is one."""
        if self.path is None:
            return
        kept = {
            "callback": asdict(self.callback) if self.callback else None,
            "accounts": sorted(self.accounts),
            "thresholds": [asdict(one) for one in self.thresholds],
        }
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(kept), encoding="utf-8")
        part.replace(self.path)


def _unverified(why: str) -> GraphError:
    return GraphError(f"(#2200) Callback verification failed: {why}", 2200)
