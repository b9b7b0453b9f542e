"""`backtest_rules`: what rules would have done over a stretch of the past, with data as they were known then."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from intelligence.metrics import windows
from metaads.management.arguments import some
from metaads.models import AdAccount
from optimization import doors
from optimization.backtest import (
    APPROVE_ALL,
    AS_RECORDED,
    BacktestRefused,
    BacktestResult,
    Firing,
    Unsaved,
    backtest,
    earliest,
)
from optimization.doors import rule_named
from optimization.models import Rule
from optimization.rules.schema import RuleInvalid

DAYS = 14
SHOWN = 50


class Command(BaseCommand):
    help = "Replays rules over a stretch of the past: when they would have fired, what that would have cut and lost."

    def add_arguments(self, parser: CommandParser) -> None:
        doors.add_account(parser)
        doors.add_now(parser)
        parser.add_argument("--rule", action="append", required=True, help="Public id or name; may be given again.")
        parser.add_argument("--from", dest="since", help=f"First account day, ISO (default {DAYS} days ago).")
        parser.add_argument("--to", dest="until", help="Last account day, ISO (default today).")
        parser.add_argument("--campaign", help="Meta id: only proposals in this campaign.")
        parser.add_argument("--as-recorded", action="store_true", help="Follow what people really decided then.")
        parser.add_argument("--json", action="store_true", help="The whole result as JSON, a line an account.")

    def handle(self, *args: Any, **options: Any) -> None:
        rules, failed = [rule_named(text) for text in options["rule"]], 0
        for account in some(options["account"]):
            try:
                found = self._one(account, rules, options)
            except (BacktestRefused, RuleInvalid) as error:
                failed += 1
                self.stderr.write(f"{account}: {error}")
                continue
            if options["json"]:
                self.stdout.write(json.dumps(found.as_json()))
            else:
                self._show(account, found)
        if failed:
            raise CommandError(f"{failed} account(s) were not replayed; the lines above say why and what works.")

    def _one(self, account: AdAccount, rules: Sequence[Rule], options: dict[str, Any]) -> BacktestResult:
        now = doors.moment(options["now"], account)
        today = windows.local_day(now, account.zone)
        first = _day(options["since"], "--from") or max(
            today - timedelta(days=DAYS), earliest(account, [rule.level for rule in rules], now) or today
        )
        last = _day(options["until"], "--to") or today
        chosen: list[Rule | Unsaved] = list(rules)
        found = backtest(
            account,
            chosen,
            windows.day_start(first, account.zone),
            windows.day_end(last, account.zone) - timedelta(microseconds=1),
            now=now,
            campaign=options["campaign"],
            mode=AS_RECORDED if options["as_recorded"] else APPROVE_ALL,
            progress=self._progress(account),
        )
        if sys.stderr.isatty():
            self.stderr.write("")
        return found

    def _progress(self, account: AdAccount) -> Any:
        """On a terminal one line, written over as it goes; elsewhere nothing but the result."""
        if not sys.stderr.isatty():
            return lambda share, note: None
        return lambda share, note: self.stderr.write(f"{account}: {share:4.0%} {note}", ending="\r")

    def _show(self, account: AdAccount, found: BacktestResult) -> None:
        self.stdout.write(f"{account}: {', '.join(rule['name'] for rule in found.rules)}, {found.resolution}")
        for firing in found.firings[:SHOWN]:
            self.stdout.write(f"  {_line(account, firing)}")
        if len(found.firings) > SHOWN:
            self.stdout.write(f"  and {len(found.firings) - SHOWN} more; --json has them")
        totals = found.totals()
        self.stdout.write(
            f"  {totals['firings']} firings on {totals['entities']} entities. "
            f"Would have cut {_amount(totals['spend_cut'], account)} of spend and lost "
            f"{_number(totals['conversions_lost'])} conversions ({_amount(totals['value_lost'], account)}); "
            f"raises: {_amount(totals['spend_added'], account)} more spend, "
            f"{_number(totals['conversions_gained'])} conversions."
        )
        if found.recorded is not None:
            same, ours, theirs = (found.recorded[key] for key in ("same", "only_replayed", "only_recorded"))
            self.stdout.write(
                f"  As recorded: {same} the same, {len(ours)} only replayed, {len(theirs)} only recorded."
            )
        for name in ("blocked", "skipped", "nothing"):
            for reason, count in getattr(found, name).items():
                self.stdout.write(f"  {name} ({count}): {reason}")
        for text in [*found.problems, *found.notes]:
            self.stdout.write(f"  {text}")


def _day(text: str | date | None, name: str) -> date | None:
    """An account day. A moment with a time of day counts as its day."""
    if text is None or isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise CommandError(f"{name}: {text!r} is no ISO date. Write it like {datetime.now(UTC):%Y-%m-%d}.") from None


def _line(account: AdAccount, firing: Firing) -> str:
    local = firing.at.astimezone(account.zone)
    cut = "" if firing.after is None else f" cuts {_amount(firing.after.spend_cut, account)}"
    return f"{local:%Y-%m-%d %H:%M}  {firing.entity_name}: {firing.change}.{cut} ({firing.fate})"


def _amount(value: float | None, account: AdAccount) -> str:
    return "an unknown amount" if value is None else f"{value:,.2f} {account.currency}"


def _number(value: float | None) -> str:
    return "an unknown number of" if value is None else f"{value:,.1f}"
