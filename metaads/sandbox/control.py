"""Controls of the sandbox itself, under `/_sandbox/`: clock, faults, write log, facts for connecting."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from metaads.sandbox import truth
from metaads.sandbox.faults import Fault, Faults
from metaads.sandbox.graph.api import Api
from metaads.sandbox.graph.usage import TIERS
from metaads.sandbox.plans import schedule
from metaads.sandbox.webhooks.push import Push
from metaads.sandbox.world.conditions import Happening
from metaads.sandbox.world.happenings import between, checked
from metaads.sandbox.world.side_writes import add_happening, set_health

HEADER = "X-Sandbox-Control"
_LONGEST_STEP = 24 * 400
_HOUR = 3600


class ControlError(Exception):
    """A control call that makes no sense; the text says why."""


@dataclass(slots=True)
class Control:
    """What the control paths act on."""

    api: Api
    faults: Faults
    push: Push | None = None

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


def _load_plan(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    """Lays a named plan of faults over the next `hours` of virtual time, beside those already in force."""
    now = control.api.world.clock.now()
    seed = int(body.get("seed", control.faults.seed))
    made = schedule(str(body["name"]), seed, now, float(body.get("hours", 24)), _digits(body))
    control.faults.active += made
    return {"faults": [asdict(fault) for fault in made]}


def _digits(body: dict[str, Any]) -> str:
    return str(body.get("account", "")).removeprefix("act_")


def _happen(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    """Brings something over an account (left out: all): `kind`, `hours`, `strength`, `in_hours`, `restored_after`.

    `restored_after`: hours after its end at which lost purchases are filled in. Answers with what was added.
    """
    world = control.api.world
    start = int(world.clock.now()) + round(float(body.get("in_hours", 0)) * _HOUR)
    end = start + round(float(body["hours"]) * _HOUR)
    after = body.get("restored_after")
    restored = None if after is None else end + round(float(after) * _HOUR)
    made = checked(Happening(str(body["kind"]), start, end, float(body.get("strength", 1.0)), restored))
    ids = [_account(control, body)] if "account" in body else [account.id for account in world.accounts]
    for account in ids:
        add_happening(world, account, asdict(made))
    return {"happening": asdict(made), "accounts": ids}


def _happenings(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    """All that lay, lies or will lie over each account from 40 days ago to 10 days ahead."""
    world = control.api.world
    first, last = (int(world.clock.now()) + days * 24 * _HOUR for days in (-40, 10))
    return {
        "happenings": [
            {"account": account.id, **asdict(one)}
            for account in world.accounts
            for one in between(account, world.options, first, last)
        ]
    }


def _afflict(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    """Attaches an issue (`world/issues.py`) to the campaign, ad set or ad `object`; `issue` "" takes it away."""
    control.api.world.afflict(str(body["object"]), str(body["issue"]))
    return {"object": body["object"], "issue": body["issue"]}


def _truth(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    """The hidden quality of an account's ads, for benchmarks."""
    account = next(a for a in control.api.world.accounts if a.id == _account(control, body))
    return {"ads": [asdict(one) for one in truth.ads(account)]}


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


def _limits(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    """Puts an access tier in force (`roomy`, `full`, `limited`), or `calls` an hour and `score` points of one's own."""
    usage = control.api.usage
    tier = str(body.get("tier", usage.tier))
    if tier not in TIERS:
        raise ValueError(f"tier must be one of {', '.join(sorted(TIERS))}")
    usage.tier = tier
    usage.limit, usage.score_limit = _positive(body, "calls"), _positive(body, "score")
    return {"tier": tier, "calls": usage.limit, "score": usage.score_limit}


def _health(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    """Changes what Meta says of an account: `account_status`, `disable_reason`, `spend_cap`, `funded`, `user_tasks`."""
    account = _account(control, body)
    set_health(control.api.world, account, {name: value for name, value in body.items() if name != "account"})
    return {"account": account, "health": asdict(control.api.world.named[f"act_{account}"].health)}


def _webhooks(control: Control, body: dict[str, Any]) -> dict[str, Any]:
    """How webhooks come: part twice (`duplicates`, 0 to 1), whether changes come `shuffled`, how many did."""
    push = control.push
    if push is None:
        raise ValueError("this sandbox pushes nothing")
    part = float(body.get("duplicates", push.duplicates))
    if not 0 <= part < 1:
        raise ValueError("duplicates from 0 to below 1")
    push.duplicates, push.shuffled = part, bool(body.get("shuffled", push.shuffled))
    known = {"duplicates": part, "shuffled": push.shuffled, "waiting": len(push.queue)}
    return known | {"accepted": push.accepted, "given_up": push.given_up}


def _positive(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is not None and int(value) < 1:
        raise ValueError(f"{name} from 1, or left out for the tier's own")
    return None if value is None else int(value)


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
    ("POST", "plan"): _load_plan,
    ("GET", "happenings"): _happenings,
    ("POST", "happenings"): _happen,
    ("POST", "issues"): _afflict,
    ("GET", "truth"): _truth,
    ("GET", "writes"): _writes,
    ("POST", "access"): _access,
    ("POST", "usage"): _usage,
    ("POST", "limits"): _limits,
    ("POST", "health"): _health,
    ("POST", "webhooks"): _webhooks,
}
