"""The tab of the simulation: the rule in closed loop in a sandbox world, against the same world without it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from optimization.jobs import JobRefused
from optimization.kinds import KINDS
from optimization.models import Job
from optimization.views import table, words
from optimization.views.rule_jobs import address, chosen_of, jobs_of, refusal
from optimization.views.rule_subject import Subject
from optimization.views.table import Cell, Head, Row, Table

KIND = "simulate"
KEY = "simulation"
DAYS = (3, 7, 14, 30)
ARMS = ("without", "with")


@dataclass(frozen=True)
class Form:
    """What is asked for, as typed."""

    days: str = "7"
    seed: str = "7"
    problem: str = ""
    field: str = ""


@dataclass(frozen=True)
class Metric:
    """`more_is`: good, bad or flat, for the rule's change of it."""

    key: str
    label: str
    unit: str
    more_is: str


METRICS = (
    Metric("roas", "ROAS", "ratio", "good"),
    Metric("cpa", "CPA", "money", "bad"),
    Metric("ctr", "CTR", "percent", "good"),
    Metric("cpc", "CPC", "money", "bad"),
    Metric("wasted", "Wasted spend", "money", "bad"),
    Metric("spend", "Spend", "money", "flat"),
    Metric("conversions", "Conversions", "count", "good"),
    Metric("conversion_value", "Value of conversions", "money", "good"),
)


@dataclass(frozen=True)
class Simulated:
    """`says`: the difference in words."""

    result: Mapping[str, Any]
    says: tuple[str, ...]
    table: Table


def typed(request: HttpRequest, refused: JobRefused) -> Form:
    given = request.POST
    return Form(given.get("days", ""), given.get("seed", ""), refusal(refused), refused.field)


def tab(subject: Subject) -> dict[str, Any]:
    if subject.account is None:
        return {}
    listed = jobs_of(subject, KIND)
    job = chosen_of(listed)
    given = job.parameters if job else {}
    return {
        "form": Form(str(given.get("days", 7)), str(given.get("seed", 7))),
        "days_offered": DAYS,
        "listed": listed,
        "job": job,
        "job_href": address(subject, KIND, job) if job else "",
        "simulated": result_of(job),
    }


def result_of(job: Job | None) -> Simulated | None:
    if job is None or job.state != Job.State.DONE or not job.result:
        return None
    found, currency = job.result, str(job.result["world"]["currency"])
    return Simulated(found, tuple(_says(found, currency)), _table(found, currency))


def file(subject: Subject) -> Table | None:
    shown = result_of(chosen_of(jobs_of(subject, KIND)))
    return None if shown is None else shown.table


def _says(found: Mapping[str, Any], currency: str) -> Iterator[str]:
    """The buyer's two questions first: what it does to ROAS, and to what is wasted."""
    without, with_it = (found["arms"][arm] for arm in ARMS)
    days = found["days"]
    yield (
        f"In {days} simulated days ROAS went from {words.ratio(without.get('roas'))} without the rule "
        f"to {words.ratio(with_it.get('roas'))} with it."
    )
    before, after = without.get("wasted"), with_it.get("wasted")
    if before is not None and after is not None:
        was, now = (words.plain_amount(value, currency) for value in (before, after))
        yield f"Wasted spend went from {was} to {now}."
    executed = with_it.get("executed") or {}
    done = ", ".join(f"{KINDS[kind].label.lower() if kind in KINDS else kind} {n:,} ×" for kind, n in executed.items())
    acted = sum(executed.values())
    yield f"It acted {acted:,} time{'' if acted == 1 else 's'}: {done}." if executed else "It changed nothing."


def _table(found: Mapping[str, Any], currency: str) -> Table:
    heads = (
        Head("Metric"),
        Head("Without", num=True),
        Head("With", num=True),
        Head("Change", num=True, csv="Change (%)"),
    )
    rows = [_row(metric, found, currency) for metric in METRICS]
    return Table(KEY, "With and without the rule", heads, rows)


def _row(metric: Metric, found: Mapping[str, Any], currency: str) -> Row:
    values = [found["arms"][arm].get(metric.key) for arm in ARMS]
    change = found["change"].get(metric.key)
    return (table.text(metric.label), *(_cell(metric, value, currency) for value in values), _change(metric, change))


def _cell(metric: Metric, value: float | None, currency: str) -> Cell:
    if metric.unit == "money":
        return table.money(value, currency)
    return {"ratio": table.ratio, "percent": table.percent, "count": table.count}[metric.unit](value)


def _change(metric: Metric, percent: float | None) -> Cell:
    if percent is None:
        return table.unknown()
    said = words.delta(100 + percent, 100, "without the rule", more_is=metric.more_is)
    if said is None:
        return table.unknown()
    return Cell(said.text, percent, num=True, tone=said.tone, arrow=said.arrow)
