"""What each template would have done to an account in its last 14 days: worked out by a job, once a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from intelligence.metrics import windows
from metaads.models import AdAccount, Level
from optimization.backtest import earliest
from optimization.jobs.kinds.templates import TEMPLATES
from optimization.models import Job
from optimization.views import words

DAYS = 14


@dataclass(frozen=True)
class Past:
    """`lines`: the figures in words, the first one being the most telling. `tone`: of its dot."""

    lines: tuple[str, ...]
    tone: str


def stretch(account: AdAccount, now: datetime) -> dict[str, str] | None:
    """The last complete days, at most 14, as the job wants them; None while no day is stored."""
    until = windows.local_day(now, account.zone) - timedelta(days=1)
    first = earliest(account, Level.values, now)
    if first is None or first > until:
        return None
    since = max(first, until - timedelta(days=DAYS - 1))
    return {"since": since.isoformat(), "until": until.isoformat()}


def job_of(account: AdAccount, parameters: Mapping[str, str]) -> Job | None:
    """The newest job of just these days, whoever asked for it."""
    rows = Job.objects.filter(account=account, kind=TEMPLATES.key, parameters=dict(parameters))
    return rows.order_by("-pk").first()


def said(found: Mapping[str, Any], currency: str, what: str) -> Past:
    """One template's figures as a card says them. `what`: "ad sets"."""
    if found.get("problem"):
        return Past((str(found["problem"]),), "quiet")
    count, told = found["firings"], found["told"]
    if not count and not told:
        faults = found.get("problems") or ["It would not have fired."]
        return Past((str(faults[0]),), "quiet")
    if not count:
        return Past((f"It would have told you of {_of(told, what)}.",), "live")
    return Past((f"{count:,} firing{_s(count)} on {_of(found['entities'], what)}", *_money(found, currency)), "good")


def _money(found: Mapping[str, Any], currency: str) -> list[str]:
    """Cuts and raises, with what went with them."""
    lines = []
    if found["spend_cut"]:
        lines.append(f"{words.plain_amount(found['spend_cut'], currency)} less spent, {_lost(found)}")
    if found["spend_added"]:
        gained = found["conversions_gained"]
        more = "gain unknown" if gained is None else f"about {_count(gained)} conversions more"
        lines.append(f"{words.plain_amount(found['spend_added'], currency)} more spent, {more}")
    return lines or ["what it would have saved is not known"]


def _lost(found: Mapping[str, Any]) -> str:
    lost = found["conversions_lost"]
    if lost is None:
        return "conversions lost unknown"
    return "no conversion lost" if not lost else f"{_count(lost)} conversion{_s(lost)} lost with it"


def _count(value: float) -> str:
    """Expected conversions are no whole numbers; small ones need the fraction."""
    return f"{value:,.0f}" if value >= 10 else f"{value:,.1f}".removesuffix(".0")


def _of(count: int, what: str) -> str:
    """`1 ad set`, `12 ad sets`."""
    return f"{count:,} {what.removesuffix('s') if count == 1 else what}"


def _s(count: float) -> str:
    return "" if count == 1 else "s"
