"""What a back-test cannot say, in sentences: shown beside its figures."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from optimization.backtest.moments import DAILY, HOURLY, RESTATED
from optimization.backtest.result import BacktestResult
from optimization.models import Action
from optimization.operators import duration
from optimization.wants import Look

SHORT_SCHEDULES = ("5min", "15min")


def about(result: BacktestResult, looks: Sequence[Look], now: datetime) -> list[str]:
    """In the order of what matters most."""
    said = [*_of_resolution(result), *_of_mode(result, looks), *_of_rules(result, looks, now)]
    local = result.until.astimezone(result.account.zone)
    said.append(
        f"What would have been saved or lost is measured up to {local:%Y-%m-%d %H:%M}, from what the entities really "
        "did after each firing; the share of a budget is an estimate, for delivery is not proportional to it."
    )
    said.append("The account's limits are those of today.")
    return said


def _of_resolution(result: BacktestResult) -> list[str]:
    counts, said = result.resolutions, []
    if not counts.total():
        said.append("Nothing was replayed: there are no data of this time at the rule's level.")
    if counts[DAILY]:
        said.append(f"{counts[DAILY]} days were looked at once, at their end: their hours are no longer stored.")
    if counts[RESTATED]:
        said.append(
            f"{counts[RESTATED]} days were not watched at the time. They were looked at once, at their end, on "
            "figures fetched later: late conversions are visible in them, and status and budgets are those of today."
        )
    if counts[HOURLY]:
        said.append(f"{counts[HOURLY]} moments were replayed on the tables that were stored then.")
    return said


def _of_mode(result: BacktestResult, looks: Sequence[Look]) -> list[str]:
    if result.mode != "approve_all":
        return ["It follows what people decided and what was carried out then."]
    said = ["Each proposal is taken as approved and carried out at once. The figures stay those that really were."]
    saved = [look.rule.pk for look in looks if look.rule.pk > 0]
    span = (result.since, result.until)
    acted = Action.objects.filter(account=result.account, rule_version__rule__in=saved, executed_at__range=span)
    if saved and acted.exists():
        said.append("The rule really changed things in this time, so the figures hold what it did.")
    if any(look.compiled.document.holdout_percent for look in looks):
        said.append("Nothing is held out.")
    return said


def _of_rules(result: BacktestResult, looks: Sequence[Look], now: datetime) -> list[str]:
    said = []
    if any(look.compiled.document.schedule.every in SHORT_SCHEDULES for look in looks):
        said.append("Looks between two collections are left out: the rule is replayed by the hour.")
    hours = {type(operator) for operator in duration.OPERATORS if operator.key == "for_hours"}
    asks_hours = any(type(probe.condition.operator) in hours for look in looks for probe in look.compiled.probes)
    if asks_hours and result.since < now - timedelta(days=settings.RETAIN_HOURLY_DAYS):
        days = settings.RETAIN_HOURLY_DAYS
        said.append(f"Single hours are stored for {days} days: a condition on hours finds no data before that.")
    if result.resolutions[DAILY] + result.resolutions[RESTATED] and _has_hours(looks):
        said.append("Where there is one look a day, the rule's hours of the day are left aside.")
    return said


def _has_hours(looks: Sequence[Look]) -> bool:
    schedules = [look.compiled.document.schedule for look in looks]
    return any(schedule.active_hours or schedule.at for schedule in schedules)
