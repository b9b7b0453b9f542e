"""What every rule template would have done to an account over a stretch of the past, each by itself."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from intelligence.metrics import windows
from metaads.models import AdAccount, Level
from optimization.backtest import BacktestRefused, BacktestResult, Unsaved, backtest, earliest
from optimization.jobs.base import JobKind, JobParameters, JobRefused, Tell
from optimization.rules.services import AdoptionRefused, converter
from optimization.rules.templates import ALL, Template, Usd

KEPT = ("firings", "entities", "spend_cut", "conversions_lost", "spend_added", "conversions_gained", "estimate")


class TemplatesParameters(JobParameters):
    """Account days, both included."""

    since: date
    until: date


class Templates(JobKind):
    """Answers {"templates": {key: {totals, told, notes}}} with what could not be replayed under "problem"."""

    key = "templates"
    label = "Templates over the past"
    Parameters = TemplatesParameters

    def check(self, account: AdAccount, parameters: Any, now: datetime) -> None:
        asked: TemplatesParameters = parameters
        first = earliest(account, Level.values, now)
        if first is None or asked.since < first:
            known = f"Stored days begin on {first}." if first else "No day of this account is stored yet."
            raise JobRefused(f"since: {known}", "since")
        try:
            converter(account.currency)
        except AdoptionRefused as refused:
            raise JobRefused(str(refused)) from None

    def run(self, account: AdAccount, parameters: Any, now: datetime, tell: Tell) -> dict[str, Any]:
        asked: TemplatesParameters = parameters
        usd = converter(account.currency)
        found = {}
        for place, template in enumerate(ALL):
            progress = partial(_progress, tell, place, template.name)
            found[template.key] = _one(account, template, usd, asked, now, progress)
        return {"templates": found, "currency": account.currency}


def _progress(tell: Tell, place: int, name: str, share: float, note: str) -> None:
    tell((place + share) / len(ALL), f"{name}, {place + 1} of {len(ALL)}")


def _one(
    account: AdAccount, template: Template, usd: Usd, asked: TemplatesParameters, now: datetime, progress: Tell
) -> dict[str, Any]:
    rule = Unsaved(template.level, template.document(usd), template.name, template.priority)
    since = windows.day_start(asked.since, account.zone)
    until = windows.day_end(asked.until, account.zone) - timedelta(microseconds=1)
    try:
        return _short(backtest(account, [rule], since, until, now=now, progress=progress))
    except BacktestRefused as refused:
        return {"problem": str(refused)}


def _short(result: BacktestResult) -> dict[str, Any]:
    totals = result.totals()
    return {
        **{key: totals[key] for key in KEPT},
        "told": result.told,
        "matched": result.matched,
        "resolution": result.resolution,
        "problems": result.problems[:2],
    }


TEMPLATES = Templates()
