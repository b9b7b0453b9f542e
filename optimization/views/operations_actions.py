"""/operations/?tab=actions: what was proposed and done, what became of it, and which guard rails held it back.

Each table costs one query, or two, however many accounts there are. Business times; `nows` by account id.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django.db.models import Avg, Count, Q
from django.db.models.functions import TruncDate
from django.urls import reverse

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.families.base import numbers
from metaads.models import AdAccount, Level
from optimization.guards import GUARDS
from optimization.kinds import KINDS
from optimization.models import Action, Run, Status
from optimization.views import table
from optimization.views.frames import newest_frame
from optimization.views.states import STATES
from optimization.views.table import Cell, Head, Row, Table

Accounts = Sequence[AdAccount]
Nows = Mapping[int, datetime]
WEEK, MONTH = 7, 30
TOP = 10
RUNS_MOST = 5_000
EXECUTED = (Status.EXECUTED, Status.REVERTED)
"""An undone change was made, too."""


def _since(accounts: Accounts, nows: Nows, field: str, span: timedelta) -> Q:
    """Rows of these accounts whose `field` lies in the last `span` of their own clock; one condition for each clock."""
    clocks: dict[object, list[AdAccount]] = {}
    for account in accounts:
        clocks.setdefault(account.connection_id, []).append(account)
    found = Q(pk__in=())
    for held in clocks.values():
        least = min(nows[account.pk] for account in held)
        found |= Q(account__in=held, **{f"{field}__gte": least - span})
    return found


def by_type(accounts: Accounts, nows: Nows) -> Table:
    """What was proposed, executed and failed in 24 hours, by kind of action."""
    day = timedelta(hours=24)
    counted = {
        "proposed": Count("pk", filter=_since(accounts, nows, "proposed_at", day)),
        "executed": Count("pk", filter=_since(accounts, nows, "executed_at", day)),
        "failed": Count("pk", filter=_since(accounts, nows, "finished_at", day) & Q(status=Status.FAILED)),
    }
    recent = Q(pk__in=())
    for field in ("proposed_at", "executed_at", "finished_at"):
        recent |= _since(accounts, nows, field, day)
    counts = Action.objects.filter(recent).order_by().values("kind").annotate(**counted)
    found: list[dict[str, Any]] = [dict(row) for row in counts]
    rows = [
        (table.text(KINDS[row["kind"]].label if row["kind"] in KINDS else row["kind"]), *map(table.count, _three(row)))
        for row in sorted(found, key=lambda row: (-row["proposed"], row["kind"]))
        if any(_three(row))
    ]
    heads = (Head("Type"), *(Head(label, num=True) for label in ("Proposed", "Executed", "Failed")))
    return Table(
        "by-type", "Actions by type", heads, rows, "last 24 hours", "Nothing was proposed or done in 24 hours."
    )


def _three(row: Mapping[str, Any]) -> tuple[int, int, int]:
    return row["proposed"], row["executed"], row["failed"]


def by_status(accounts: Accounts, nows: Nows) -> Table:
    """What became of the proposals of seven days, with the mean confidence of those that have one."""
    proposed = Action.objects.filter(_since(accounts, nows, "proposed_at", timedelta(days=WEEK)))
    found = proposed.order_by().values("status").annotate(n=Count("pk"), sure=Avg("confidence"))
    by_key = {row["status"]: row for row in found}
    heads = (Head("State"), Head("Actions", num=True), Head("Mean confidence", num=True))
    rows = [
        (table.text(state.label.rstrip("…"), dot=state.tone), table.count(by_key[key]["n"]), _sure(by_key[key]["sure"]))
        for key, state in STATES.items()
        if key in by_key
    ]
    note = f"proposed in the last {WEEK} days, by what became of them"
    return Table("by-status", "Actions by state", heads, rows, note, f"Nothing was proposed in {WEEK} days.")


def _sure(value: float | None) -> Cell:
    return Cell("not computed", None, num=True, hush=True) if value is None else table.ratio(value, "")


def by_day(accounts: Accounts, nows: Nows) -> Table:
    """Proposed, executed and failed of each of seven days and today; days of the one account's zone, else of UTC."""
    zone: tzinfo = accounts[0].zone if len(accounts) == 1 else UTC
    spans = {"proposed_at": Q(), "executed_at": Q(), "finished_at": Q(status=Status.FAILED)}
    counts = [_daily(accounts, nows, field, also, zone) for field, also in spans.items()]
    rows = [_day_row(day, counts, nows, zone) for day in sorted({day for one in counts for day in one}, reverse=True)]
    heads = (
        Head("Day", title=str(zone)),
        Head("Proposed", num=True),
        Head("An hour", num=True, title="Proposed per hour; of today per hour that is over"),
        Head("Executed", num=True),
        Head("Failed", num=True),
        Head("Failure rate", num=True, csv="Failure rate (%)", title="Failed of those that were tried"),
    )
    note = f"last {WEEK} days and today, days of {zone}; a day without any is left out"
    return Table("by-day", "Actions by day", heads, rows, note, f"Nothing was proposed or done in {WEEK} days.")


def _daily(accounts: Accounts, nows: Nows, field: str, also: Q, zone: tzinfo) -> Counter[str]:
    rows = Action.objects.filter(_since(accounts, nows, field, timedelta(days=WEEK)) & also).order_by()
    days = rows.annotate(day=TruncDate(field, tzinfo=zone)).values_list("day").annotate(n=Count("pk"))
    return Counter({day.isoformat(): n for day, n in days})


def _day_row(day: str, counts: Sequence[Counter[str]], nows: Nows, zone: tzinfo) -> Row:
    proposed, executed, failed = (one[day] for one in counts)
    local = max(nows.values()).astimezone(zone)
    hours = 24 if local.date().isoformat() != day else local.hour + local.minute / 60
    tried = executed + failed
    return (
        Cell(day, day),
        table.count(proposed),
        table.ratio(proposed / hours if hours >= 1 else None, ""),
        table.count(executed),
        table.count(failed),
        table.percent(failed * 100 / tried if tried else None),
    )


def rails(accounts: Accounts, nows: Nows) -> Table:
    """How often each guard rail kept a proposal from being made, in the runs of 24 hours."""
    runs = Run.objects.filter(_since(accounts, nows, "started_at", timedelta(hours=24)))
    held: Counter[str] = Counter()
    for counts in runs.order_by("-pk").values_list("counts", flat=True)[:RUNS_MOST]:
        held.update(counts.get("blocked", {}))
    heads = (Head("Guard rail"), Head("Held back", num=True))
    rows = [(table.text(GUARDS[key].label if key in GUARDS else key), table.count(n)) for key, n in held.most_common()]
    note = "last 24 hours; one proposal held back in each of three runs counts three times"
    return Table(
        "rails", "Held back by guard rails", heads, rows, note, "No guard rail held anything back in 24 hours."
    )


def busiest(accounts: Accounts, nows: Nows) -> Table:
    """The campaigns in which most was executed in 30 days, with the ROAS of those days: at most ten metrics tables."""
    made = Action.objects.filter(_since(accounts, nows, "executed_at", timedelta(days=MONTH)), status__in=EXECUTED)
    found = list(
        made.exclude(campaign_id="")
        .order_by()
        .values_list("account_id", "campaign_id")
        .annotate(n=Count("pk"))
        .order_by("-n", "campaign_id")[:TOP]
    )
    by_id = {account.pk: account for account in accounts}
    known = {pk: _roas(by_id[pk], nows[pk]) for pk in {account_id for account_id, _, _ in found}}
    rows = [
        (
            table.text(known[pk].get(campaign, (campaign, None))[0], link=reverse("campaign", args=[campaign])),
            table.text(by_id[pk].name),
            table.count(n),
            table.ratio(known[pk].get(campaign, ("", None))[1]),
        )
        for pk, campaign, n in found
    ]
    heads = (Head("Campaign"), Head("Account"), Head("Executed", num=True), Head("ROAS, 30 days", num=True))
    note = f"last {MONTH} days; ROAS is the campaign's own, not the effect of the changes"
    return Table("busiest", "Campaigns with most changes", heads, rows, note, f"Nothing was executed in {MONTH} days.")


def _roas(account: AdAccount, now: datetime) -> dict[str, tuple[str, float | None]]:
    """Name and ROAS of 30 days by campaign; NaN is unknown, and cells say so."""
    frame = newest_frame(account, Level.CAMPAIGN, now)
    names, values = column(frame, resolve("name")), numbers(column(frame, resolve("roas_30d")))
    return {
        str(one): (str(name) or str(one), float(value))
        for one, name, value in zip(frame.ids, names, values, strict=True)
    }
