"""Controls of the sandbox itself, under `/_sandbox/`: clock, faults, write log, facts for connecting."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from metaads.sandbox.faults import Fault, Faults
from metaads.sandbox.graph.api import Api

HEADER = "X-Sandbox-Control"
_LONGEST_STEP = 24 * 400


class ControlError(Exception):
    """A control call that makes no sense; the text says why."""


@dataclass(slots=True)
class Control:
    """What the control paths act on."""

    api: Api
    faults: Faults

    def answer(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """`path` without `/_sandbox/`. ControlError for what is unknown or wrong."""
        handler = _HANDLERS.get((method, path.strip("/")))
        if handler is None:
            raise ControlError(
                f"no control {method} {path}; there are {', '.join(f'{m} {p}' for m, p in sorted(_HANDLERS))}"
            )
        try:
            return handler(self, body)
        except (KeyError, TypeError, ValueError) as error:
            raise ControlError(f"{type(error).__name__}: {error}") from error


def _clock(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    clock = control.api.world.clock
    now = datetime.fromtimestamp(clock.now(), UTC)
    return {"now": now.isoformat(), "offset_seconds": clock.offset, "frozen": clock.frozen is not None}


def _advance(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    hours = float(body["hours"])
    if not 0 <= hours <= _LONGEST_STEP:
        raise ValueError(f"hours from 0 to {_LONGEST_STEP}")
    world = control.api.world
    world.set_clock(world.clock.now() + hours * 3600)
    world.advance()
    return _clock(control, body)


def _set(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    moment = datetime.fromisoformat(str(body["now"]))
    if moment.tzinfo is None:
        raise ValueError("now needs a time zone, such as 2026-11-21T06:00:00+00:00")
    control.api.world.set_clock(moment.timestamp())
    control.api.world.advance()
    return _clock(control, body)


def _freeze(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    control.api.world.set_clock(frozen=bool(body["frozen"]))
    return _clock(control, body)


def _info(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    api = control.api
    accounts = [
        {
            "id": f"act_{a.id}",
            "account_id": a.id,
            "name": a.market.name,
            "currency": a.market.currency,
            "timezone": a.market.zone,
            "campaigns": len(a.campaigns),
            "ad_sets": len(a.ad_sets),
            "ads": len(a.ads),
        }
        for a in api.world.accounts
    ]
    return {
        "app_id": api.credentials.app_id,
        "app_secret": api.credentials.app_secret,
        "access_token": api.credentials.token,
        "seed": api.world.options.seed,
        "accounts": accounts,
        "clock": _clock(control, body),
        "writes": len(api.world.writes),
    }


def _list_faults(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    return {"faults": [asdict(fault) for fault in control.faults.active]}


def _add_fault(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    fault: Fault = control.faults.add(body)
    return {"fault": asdict(fault)}


def _clear_faults(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    control.faults.clear()
    return {"faults": []}


def _writes(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    after = int(body.get("after", 0))
    return {"writes": [asdict(w) for w in control.api.world.writes if w.number > after]}


def _access(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    """Withdraws or gives back the token's access to an account (digits, with or without `act_`)."""
    account = _account(control, body)
    revoked = control.api.credentials.revoked
    if body["revoked"]:
        revoked.add(account)
    else:
        revoked.discard(account)
    return {"revoked": sorted(revoked)}


def _usage(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    """Makes the usage headers of an account say at least so many percent; 0 ends it."""
    account, percent = _account(control, body), int(body["percent"])
    if not 0 <= percent <= 200:
        raise ValueError("percent from 0 to 200")
    control.api.usage.pretended[account] = percent
    return {"pretended": control.api.usage.pretended}


def _account(control: Control, body: dict[str, Any]) -> str:
    account = str(body["account"]).removeprefix("act_")
    if account not in {a.id for a in control.api.world.accounts}:
        raise ValueError("no such account")
    return account


_HANDLERS: dict[tuple[str, str], Callable[[Control, dict[str, Any]], dict[str, Any]]] = {
    ("GET", "info"): _info,
    ("GET", "clock"): _clock,
    ("POST", "clock/advance"): _advance,
    ("POST", "clock/set"): _set,
    ("POST", "clock/freeze"): _freeze,
    ("GET", "faults"): _list_faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "writes"): _writes,
    ("POST", "access"): _access,
    ("POST", "usage"): _usage,
}
