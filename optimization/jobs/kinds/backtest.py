"""Back-test of rules, saved or not, over a stretch of the past."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Q
from pydantic import Field

from intelligence.metrics import windows
from metaads.models import AdAccount, Level
from optimization.backtest import BacktestRefused, Unsaved, backtest, earliest
from optimization.jobs.base import JobFailed, JobKind, JobParameters, JobRefused, Tell
from optimization.models import Rule
from optimization.rules.schema import RuleInvalid, parse


class OfRules(JobParameters):
    """`rules`: public ids; or an unsaved `document` with its `level`."""

    rules: tuple[UUID, ...] = Field(default=(), max_length=50)
    document: dict[str, Any] | None = None
    level: Literal["campaign", "adset", "ad"] | None = None


class BacktestParameters(OfRules):
    """`since`, `until`: account days, both included.

    `campaign`: Meta id. `mode`: approve_all, or as_recorded (saved rules only).
    """

    since: date
    until: date
    campaign: Annotated[str, Field(pattern=r"^\d{1,30}$")] | None = None
    mode: Literal["approve_all", "as_recorded"] = "approve_all"


class Backtest(JobKind):
    key = "backtest"
    label = "Back-test"
    Parameters = BacktestParameters

    def check(self, account: AdAccount, parameters: Any, now: datetime) -> None:
        asked: BacktestParameters = parameters
        chosen = chosen_rules(account, asked)
        if asked.until < asked.since:
            raise JobRefused("since: the first day must not be after the last.", "since")
        if asked.mode == "as_recorded" and not all(isinstance(one, Rule) for one in chosen):
            raise JobRefused("mode: a rule that is not saved has no record; use approve_all.", "mode")
        levels = [one.level for one in chosen] if asked.mode == "approve_all" else list(Level.values)
        first = earliest(account, levels, now)
        if first is None:
            raise JobRefused("since: no day of this account is stored yet, so there is nothing to replay.", "since")
        if asked.since < first:
            raise JobRefused(f"since: days before {first} are not stored. Start on {first}.", "since")
        if asked.since > windows.local_day(now, account.zone):
            raise JobRefused("since: that day has not begun yet.", "since")

    def run(self, account: AdAccount, parameters: Any, now: datetime, tell: Tell) -> dict[str, Any]:
        asked: BacktestParameters = parameters
        try:
            found = backtest(
                account,
                chosen_rules(account, asked),
                windows.day_start(asked.since, account.zone),
                windows.day_end(asked.until, account.zone) - timedelta(microseconds=1),
                now=now,
                campaign=asked.campaign,
                mode=asked.mode,
                progress=tell,
            )
        except (BacktestRefused, RuleInvalid) as error:
            raise JobFailed(str(error)) from error
        return found.as_json()


def chosen_rules(account: AdAccount, asked: OfRules) -> list[Rule | Unsaved]:
    """Raises JobRefused for what cannot be replayed."""
    if bool(asked.rules) == (asked.document is not None):
        raise JobRefused("rules: name saved rules, or give one document with its level.", "rules")
    if asked.document is not None:
        if asked.level is None:
            raise JobRefused("level: campaign, adset or ad.", "level")
        try:
            parse(asked.document, asked.level)
        except RuleInvalid as error:
            raise JobRefused(f"document: {error}", "document") from None
        return [Unsaved(asked.level, asked.document)]
    return list(saved_rules(account, asked.rules))


def saved_rules(account: AdAccount, ids: Sequence[UUID]) -> list[Rule]:
    """Rules of the account by public id, in that order. Raises JobRefused for one that is not there or says nothing."""
    ours = Rule.objects.filter(Q(accounts=account) | Q(accounts__isnull=True), public_id__in=ids)
    found = {rule.public_id: rule for rule in ours.select_related("current")}
    missing = [str(one) for one in ids if one not in found]
    if missing:
        raise JobRefused(f"rules: this account has no rule {missing[0]}.", "rules")
    empty = [rule.name for rule in found.values() if rule.current is None]
    if empty:
        raise JobRefused(f"rules: {empty[0]} has no conditions yet; save them first.", "rules")
    return [found[one] for one in ids]


BACKTEST = Backtest()
