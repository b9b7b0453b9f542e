"""/campaigns/<id>/, /adsets/<id>/, /ads/<id>/: everything known of one entity, a tab at a time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from intelligence.charts.scale import finite
from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.entities import CHILD_LEVEL
from intelligence.metrics.frame import Frame
from intelligence.metrics.table import build_frame
from intelligence.reports import Trend, trend
from metaads.clock import business_now
from metaads.models import Level
from metaads.selectors import Touch
from optimization.views import entity_tables, others
from optimization.views.asked import Asked, read
from optimization.views.campaigns import choices, turns
from optimization.views.change_box import ChangeBox, change_box
from optimization.views.entity_charts import METRICS, charts, daily
from optimization.views.export import csv_answer
from optimization.views.frames import children_frame, newest_frame
from optimization.views.headline import headline
from optimization.views.listing import list_entities, whole_table
from optimization.views.live import version_of
from optimization.views.rules_see import rules_see
from optimization.views.scope import Scope, scope_of
from optimization.views.sheet import Sheet, whole
from optimization.views.subject import Subject, crumbs, facts, find
from optimization.views.table import Table, ordered
from optimization.views.tag_box import TagBox, tag_box

TABS: dict[str, str] = {
    "overview": "Overview",
    "compare": "Compare",
    "results": "Results",
    "rules": "What rules see",
    "changes": "Changes",
}
RANGES = (7, 14, 30)
CHILDREN: dict[str, tuple[str, str]] = {Level.CAMPAIGN: ("adsets", "Ad sets"), Level.AD_SET: ("ads", "Ads")}


@dataclass(frozen=True)
class Ask:
    """One request for one entity; reads only what its tab needs."""

    request: HttpRequest
    scope: Scope
    subject: Subject
    now: datetime
    asked: Asked
    tab: str

    @cached_property
    def frame(self) -> Frame:
        """Made for the page where it asks for other days than a stored one holds."""
        of = self.subject
        if self.tab != "overview":
            newest = newest_frame(of.account, of.level, self.now)
            if newest.row(of.meta_id) is not None or of.node.deleted_at:
                return newest
        return build_frame(of.account, of.level, self.now)

    @cached_property
    def row(self) -> int | None:
        return self.frame.row(self.subject.meta_id)

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)  # noqa: S101  (login_required; tells mypy)
        return self.request.user

    @cached_property
    def targets(self) -> tuple[float | None, float | None]:
        """CPA in the major unit and ROAS, None = none set."""
        return self._number("target_cpa"), self._number("target_roas")

    def _number(self, name: str) -> float | None:
        return None if self.row is None else finite(float(column(self.frame, resolve(name))[self.row]))

    @cached_property
    def trend(self) -> Trend:
        """Of an entity that is gone, from what was read of it; else from the page's own frame."""
        of, asked = self.subject, self.asked
        if self.row is not None:
            return daily(
                of, self.frame, self.row, [metric for key in METRICS if (metric := asked.metric(key))], self.days
            )
        return trend(of.account, of.level, of.meta_id, self.now, self.days, asked.attribution, asked.offline, METRICS)

    @cached_property
    def children(self) -> Sheet:
        of = self.subject
        level = Level(CHILD_LEVEL[of.level])
        return whole(of.account, children_frame(of.account, level, of.meta_id, self.now), of.meta_id)

    @cached_property
    def touches(self) -> list[Touch]:
        return others.touches(self.subject)

    @property
    def days(self) -> int:
        wanted = self.request.GET.get("days", "")
        return int(wanted) if wanted in {str(one) for one in RANGES} else 14


def _overview(ask: Ask) -> dict[str, Any]:
    subject, asked = ask.subject, ask.asked
    context: dict[str, Any] = {
        "tiles": headline(ask.frame, ask.row, asked, subject.account),
        "charts": charts(subject, ask.trend, ask.targets, others.marks(subject, ask.trend.points[0].day)),
        "trend_csv": asked.link(days=ask.days, csv="trend"),
        "ranges": [{"label": f"{n} days", "on": n == ask.days, "href": asked.link(days=n)} for n in RANGES],
    }
    child = CHILD_LEVEL.get(subject.level)
    if child:
        sheet = ask.children
        key, title = CHILDREN[subject.level]
        listing = list_entities([sheet], asked, key, title, {subject.account.pk: ask.now})
        context |= {"listing": listing, "children": title, "any": len(sheet) > 0, **turns(listing, asked)}
    return context


def _compare(ask: Ask) -> dict[str, Any]:
    return entity_tables.comparison(ask.subject, ask.now, ask.asked, ask.request.GET)


def _results(ask: Ask) -> dict[str, Any]:
    return {"tables": _ordered(ask, entity_tables.results(ask.subject, ask.now, ask.asked))}


def _rules(ask: Ask) -> dict[str, Any]:
    subject = ask.subject
    seen = rules_see(subject.account, ask.frame, subject.meta_id)
    return {
        "seen": seen,
        "tables": _ordered(ask, [others.native_rules([subject.account], {touch.rule.pk for touch in ask.touches})]),
    }


def _changes(ask: Ask) -> dict[str, Any]:
    of = [ask.subject.account]
    outside, moved = others.outside_changes(of, ask.subject), others.moved_by_meta(of, ask.subject)
    return {"tables": _ordered(ask, [entity_tables.actions(ask.subject, ask.user), outside, moved])}


Build = Callable[[Ask], dict[str, Any]]
BUILD: dict[str, Build] = {
    "overview": _overview,
    "compare": _compare,
    "results": _results,
    "rules": _rules,
    "changes": _changes,
}


def _ordered(ask: Ask, tables: list[Table]) -> list[Table]:
    return [ordered(table, ask.request.GET) for table in tables]


def _file(ask: Ask, key: str) -> HttpResponse | None:
    """The CSV that was asked for; children are exported whole, not just the page."""
    subject, child = ask.subject, CHILD_LEVEL.get(ask.subject.level)
    if child and key == CHILDREN[subject.level][0]:
        sheet = ask.children
        return csv_answer(whole_table([sheet], ask.asked, *CHILDREN[subject.level]), subject.name)
    tables: dict[str, Callable[[], list[Table]]] = {
        "trend": lambda: [entity_tables.trend_table(ask.trend, subject.account.currency)],
        "comparison": lambda: [_compare(ask)["table"]],
        "results": lambda: entity_tables.results(subject, ask.now, ask.asked),
        "creatives": lambda: entity_tables.results(subject, ask.now, ask.asked),
        "hours": lambda: entity_tables.results(subject, ask.now, ask.asked),
        "native-rules": lambda: [others.native_rules([subject.account], {touch.rule.pk for touch in ask.touches})],
        "actions": lambda: [entity_tables.actions(subject, ask.user)],
        "outside-changes": lambda: [others.outside_changes([subject.account], subject)],
        "moved-by-meta": lambda: [others.moved_by_meta([subject.account], subject)],
    }
    made = tables[key]() if key in tables else []
    table = next((one for one in made if one.key == key), None)
    return None if table is None else csv_answer(replace(table, more=0), subject.name)


def page(
    request: HttpRequest, level: Level, meta_id: str, box: TagBox | None = None, status: int = 200
) -> HttpResponse:
    """`box`: tags that were typed and could not be kept, shown instead of those that it has."""
    subject = find(level, meta_id, request.user)
    scope = scope_of(request)
    scope.narrow(subject.account)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "overview"
    ask = Ask(request, scope, subject, business_now(subject.account), read(request.GET), tab)
    file = _file(ask, request.GET.get("csv", "")) if "csv" in request.GET else None
    if file is not None:
        return file
    keep = {name: request.GET[name] for name in ("window", "attribution", "offline") if request.GET.get(name)}
    context = {
        "page": "campaigns",
        "switch_path": reverse("campaigns"),
        "version": version_of(scope),
        "subject": subject,
        "crumbs": crumbs(subject),
        "facts": facts(subject, ask.now, *ask.targets),
        "touches": ask.touches,
        "change": _change_box(ask),
        "box": box or tag_box(subject, scope.may_decide(subject.account.pk)),
        "tab": tab,
        "tabs": [{"label": label, "on": key == tab, "href": _tab_href(key, keep)} for key, label in TABS.items()],
        **choices(ask.asked),
        **BUILD[tab](ask),
    }
    return render(request, "optimization/entity.html", context, status=status)


def _change_box(ask: Ask) -> ChangeBox:
    """Only for managers, and only where there is something at Meta to change."""
    of, account = ask.subject, ask.subject.account
    may = ask.scope.may_decide(account.pk) and not account.read_only and not of.node.deleted_at
    return change_box(account, of.level, of.meta_id, of.node.status, of.family[1:], ask.now, may)


def _tab_href(key: str, keep: dict[str, str]) -> str:
    return "?" + "&".join(f"{name}={value}" for name, value in {"tab": key, **keep}.items())


@login_required
@require_GET
def campaign(request: HttpRequest, meta_id: str) -> HttpResponse:
    return page(request, Level.CAMPAIGN, meta_id)


@login_required
@require_GET
def ad_set(request: HttpRequest, meta_id: str) -> HttpResponse:
    return page(request, Level.AD_SET, meta_id)


@login_required
@require_GET
def ad(request: HttpRequest, meta_id: str) -> HttpResponse:
    return page(request, Level.AD, meta_id)
