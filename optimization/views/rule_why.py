"""Why or why not: every check of one entity by this rule, looked up by id or name and time, with its figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q

from metaads.models import AdAccount, Campaign, Level
from optimization.entities import load_one
from optimization.queue.locks import locks_of
from optimization.rules.why import Check, explain, search
from optimization.views import table
from optimization.views.lock_words import lock_face
from optimization.views.rule_subject import Subject
from optimization.views.rule_words import Word
from optimization.views.subject import MODELS, Node, entity_href
from optimization.views.table import Head, Table
from optimization.views.trace import TraceNode, tree_of

KEY = "checks"
DAYS = 3
KEPT_DAYS = 30
CHECKS_MOST = 720
"""A month of hourly looks."""
CHOICES_MOST = 20
RESULTS: dict[str, Word] = {
    "matched": Word("matched", "Matched", "live"),
    "skipped": Word("skipped", "Matched, held back", "watch"),
    "not_matched": Word("not_matched", "Did not match", "quiet"),
    "no_data": Word("no_data", "No data to decide", "watch"),
    "errored": Word("errored", "Could not be evaluated", "bad"),
    "not_covered": Word("not_covered", "Left out by its filters", "quiet"),
}


@dataclass(frozen=True)
class Asked:
    """What the form asks for. `entity`: a Meta id or a part of a name; times are aware; `problem`: what is odd."""

    entity: str
    since: datetime
    until: datetime
    result: str
    at: str
    problem: str = ""

    def local(self, moment: datetime, account: AdAccount) -> str:
        """For a field of type datetime-local."""
        return moment.astimezone(account.zone).strftime("%Y-%m-%dT%H:%M")


def read(subject: Subject, account: AdAccount) -> Asked:
    query, now = subject.request.GET, subject.now
    problems: list[str] = []
    until = _moment(query.get("until", ""), account, problems) or now
    since = _moment(query.get("since", ""), account, problems) or until - timedelta(days=DAYS)
    if since > until:
        since, until = until, since
    wanted = query.get("result", "")
    entity = query.get("entity", "").strip()[:200]
    return Asked(entity, since, until, wanted if wanted in RESULTS else "", query.get("at", ""), " ".join(problems))


def _moment(text: str, account: AdAccount, problems: list[str]) -> datetime | None:
    """A local time of the account; None = not given, or odd."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=account.zone)
    except ValueError:
        problems.append(f"“{text[:40]}” is no time; write it like 2026-11-21T14:30.")
        return None


def fitting(account: AdAccount, level: str, text: str) -> list[Node]:
    """The entity with this Meta id, else those with the text in their name; at most `CHOICES_MOST`."""
    model, loaded = MODELS[Level(level)]
    rows = model._default_manager.filter(account=account).select_related(*loaded)
    some = rows.filter(Q(meta_id=text) | Q(name__icontains=text)).order_by("name", "pk")[: CHOICES_MOST + 1]
    found: list[Node] = [*some]
    exact = [node for node in found if node.meta_id == text]
    return exact or found


@dataclass(frozen=True)
class Span:
    """Looks in a row that ended alike, from `first` to `last`. `opened`: the one whose figures are shown."""

    word: Word
    reason: str
    version: int
    first: datetime
    last: datetime
    count: int
    href: str
    opened: "Shown | None" = None


@dataclass(frozen=True)
class Shown:
    """One check with its figures."""

    at: datetime
    near_miss: str
    note: str
    tree: TraceNode | None


def spans(checks: Sequence[Check], href: str, opened: Check | None, currency: str) -> Iterator[Span]:
    """Newest first. `href`: this search's address, to which the check to open is added."""
    for (result, reason, number), some in groupby(checks, key=lambda one: (one.result, one.reason, one.version.number)):
        group = list(some)
        at = group[0].at
        mine = opened if opened is not None and any(one.at == opened.at for one in group) else None
        yield Span(
            word=RESULTS.get(result, RESULTS["errored"]),
            reason=reason,
            version=number,
            first=group[-1].at,
            last=at,
            count=len(group),
            href=f"{href}&{urlencode({'at': at.isoformat()})}#opened",
            opened=None if mine is None else Shown(mine.at, mine.near_miss, mine.note, tree_of(mine.trace, currency)),
        )


def why(subject: Subject) -> dict[str, Any]:
    """The form, and what was found; a name that fits several asks which one is meant."""
    account = subject.account
    if account is None:
        return {}
    asked = read(subject, account)
    context: dict[str, Any] = {
        "asked": asked,
        "since": asked.local(asked.since, account),
        "until": asked.local(asked.until, account),
        "results": RESULTS.values(),
        "kept_days": KEPT_DAYS,
    }
    if not asked.entity:
        return context
    nodes = fitting(account, subject.rule.level, asked.entity)
    if len(nodes) > 1:
        return context | {"choices": [_choice(subject, asked, node) for node in nodes[:CHOICES_MOST]],
                          "more_choices": len(nodes) > CHOICES_MOST}  # fmt: skip
    entity_id = nodes[0].meta_id if nodes else asked.entity
    return context | _found(subject, account, asked, entity_id, nodes[0].name if nodes else "")


def _found(subject: Subject, account: AdAccount, asked: Asked, entity_id: str, name: str) -> dict[str, Any]:
    checks = checks_of(subject, account, asked, entity_id)
    chosen = next((one for one in checks if one.at.isoformat() == asked.at), checks[0] if checks else None)
    opened = explain(account, [chosen])[0] if chosen else None
    level = subject.rule.level
    return {
        "known": bool(name) or bool(checks),
        "entity_name": name or entity_id,
        "entity_href": entity_href(level, entity_id) if name else "",
        "lock": _lock(subject, account, entity_id),
        "checks": len(checks),
        "cut": len(checks) == CHECKS_MOST,
        "spans": list(spans(checks, _href(subject, asked, entity_id), opened, account.currency)),
        "csv_href": f"{_href(subject, asked, entity_id)}&csv={KEY}",
    }


def _lock(subject: Subject, account: AdAccount, entity_id: str) -> str:
    """What to say of the lock that holds it now; "" = none."""
    held, entity = locks_of(account, subject.now), load_one(account, subject.rule.level, entity_id)
    face = lock_face(held.on(entity), entity.level, entity_id, account) if entity and held.held else None
    return face.text if face else ""


def checks_of(subject: Subject, account: AdAccount, asked: Asked, entity_id: str) -> list[Check]:
    results = [asked.result] if asked.result else None
    rule = subject.rule
    return search(account, rule.level, entity_id, asked.since, asked.until, rule, results=results, limit=CHECKS_MOST)


def checks_table(subject: Subject) -> Table | None:
    """The file of a search by id or by name, as on the page; None where nothing, or several entities, are meant."""
    account = subject.account
    asked = read(subject, account) if account else None
    if account is None or asked is None or not asked.entity:
        return None
    nodes = fitting(account, subject.rule.level, asked.entity)
    if len(nodes) > 1:
        return None
    checks = checks_of(subject, account, asked, nodes[0].meta_id if nodes else asked.entity)
    heads = [Head(label) for label in ("Looked at", "Result", "Why", "Version", "Figures of", "Meta id")]
    rows = [
        (
            table.moment(one.at, account),
            table.text(RESULTS.get(one.result, RESULTS["errored"]).label),
            table.text(one.reason),
            table.count(one.version.number),
            table.moment(one.frame_at, account),
            table.text(one.entity_id),
        )
        for one in checks
    ]
    return Table(KEY, "Checks", heads, rows)


def _choice(subject: Subject, asked: Asked, node: Node) -> dict[str, str]:
    campaign = "" if isinstance(node, Campaign) else node.campaign.name
    href = _href(subject, asked, node.meta_id)
    return {"name": node.name or node.meta_id, "id": node.meta_id, "campaign": campaign, "href": href}


def _href(subject: Subject, asked: Asked, entity_id: str) -> str:
    account = subject.account
    assert account is not None  # noqa: S101  (asked of a search, which has one; tells mypy)
    given = {
        "tab": "why",
        "in": account.pk,
        "entity": entity_id,
        "since": asked.local(asked.since, account),
        "until": asked.local(asked.until, account),
        "result": asked.result,
    }
    return f"{subject.href}?{urlencode(given)}"
