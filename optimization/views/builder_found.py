"""What a rule as written would find now, as the side of the builder says it: counts, money at stake, rows, misses."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from metaads.models import AdAccount, Level
from optimization.preview import Preview, PreviewFailed, PreviewRow, preview
from optimization.rules.form import write
from optimization.rules.schema import RuleInvalid
from optimization.rules.summary import PLURAL
from optimization.views import words
from optimization.views.builder_desk import Desk

SHOWN = 8
PAGES = {Level.CAMPAIGN.value: "campaign", Level.AD_SET.value: "ad-set", Level.AD.value: "ad"}
SAID: dict[str, tuple[str, str]] = {
    "proposed": ("proposed", "good"),
    "refreshed": ("proposed already, renewed", "live"),
    "blocked": ("stopped by a guard rail", "watch"),
    "skipped": ("left out", "quiet"),
    "told": ("told", "live"),
}


@dataclass(frozen=True)
class Row:
    """One match. `note`: why it would not be proposed."""

    name: str
    href: str
    does: str
    why: str
    outcome: str
    tone: str
    note: str
    stake: str
    plan: tuple[str, ...] = ()


@dataclass(frozen=True)
class FoundNow:
    """`headline`: "12 of 84 ad sets match". `facts`: shorter counts beside it."""

    headline: str
    stake: str
    stake_note: str
    facts: tuple[str, ...]
    rows: tuple[Row, ...]
    more: int
    misses: tuple[tuple[str, str, str], ...]
    problems: tuple[str, ...]
    age: str
    account: AdAccount


def find(desk: Desk) -> FoundNow | str:
    """The answer for the account that the desk looks in, or why there is none."""
    account = desk.account
    if account is None:
        return "Choose an ad account to see matches."
    try:
        found = preview(account, desk.about.level, write(desk.draft).document, desk.now, rule=desk.rule)
    except (RuleInvalid, PreviewFailed) as problem:
        return str(problem)
    return said(found, account, desk)


def said(found: Preview, account: AdAccount, desk: Desk) -> FoundNow:
    what = PLURAL[found.level]
    acting = found.counts.get("proposed", 0) + found.counts.get("refreshed", 0)
    return FoundNow(
        headline=f"{found.matched:,} of {found.covered:,} {what} match",
        stake=words.money(found.at_stake, account.currency) if acting else "",
        stake_note=f"a day at stake in {acting:,} proposal{'' if acting == 1 else 's'}" + _unknown(found.stake_unknown),
        facts=_facts(found),
        rows=tuple(_row(row, account.currency) for row in found.rows[:SHOWN]),
        more=max(0, found.matched - min(SHOWN, len(found.rows))),
        misses=tuple((miss.name, _href(found.level, miss.entity_id), miss.sentence) for miss in found.misses[:3]),
        problems=tuple(found.problems),
        age=words.ago(found.read_at, desk.now),
        account=account,
    )


def _unknown(count: int) -> str:
    return f"; unknown for {count:,} of them" if count else ""


def _facts(found: Preview) -> tuple[str, ...]:
    """What becomes of the matches that would not be proposed, and what nobody knows."""
    blocked = sum(found.blocked_by.values())
    facts = [f"{found.unknown:,} without enough data"] if found.unknown else []
    if blocked:
        facts.append(f"{blocked:,} stopped by guard rails")
    facts += [f"{count:,}: {reason.rstrip('.')}" for reason, count in _largest(found.nothing)]
    return tuple(facts)


def _largest(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:3]


def _row(row: PreviewRow, currency: str) -> Row:
    outcome, tone = SAID.get(row.outcome, (row.outcome, "quiet"))
    stake = "" if row.at_stake is None else f"{words.money(row.at_stake, currency)} a day"
    href, plan = _href(row.level, row.entity_id), tuple(row.plan)
    return Row(row.name, href, row.change, row.why, outcome, tone, row.reason, stake, plan)


def _href(level: str, entity_id: str) -> str:
    return reverse(PAGES[level], args=[entity_id]) if level in PAGES else ""
