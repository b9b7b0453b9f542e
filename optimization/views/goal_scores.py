"""/goals/scoreboard/: how the goals do against what is aimed at, and what may become a winner."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.orchestrator.scoreboard import Scoreboard, VariantLine, scoreboard
from optimization.orchestrator.selectors import LearningAdSet, learning_ad_sets
from optimization.views import table, words
from optimization.views.export import asked_for
from optimization.views.goals import frame_of
from optimization.views.scope import scope_of
from optimization.views.table import Head, Table

NOT_YET = "not known yet"


@dataclass(frozen=True)
class Score:
    """`tone`: good where the aim is met, watch where not, quiet where there is nothing to tell it by."""

    title: str
    figure: str
    note: str
    tone: str
    word: str


def _score(title: str, value: float | None, aim: float, say: Callable[[float], str], note: str, less: bool) -> Score:
    """`less`: less than the aim is better. `say`: a value in words."""
    wanted = f"aim {'at most ' if less else ''}{say(aim)}. {note}"
    if value is None:
        return Score(title, "no data", wanted, "quiet", NOT_YET)
    met = value <= aim if less else value >= aim
    return Score(title, say(value), wanted, "good" if met else "watch", "met" if met else "not met yet")


def _percent(value: float) -> str:
    return f"{value * 100:+.0f} %" if value < 0 else f"{value * 100:.0f} %"


def scores(found: Scoreboard, currency: str) -> list[Score]:
    """The figures that have an aim."""
    aims, learning, scaling = found.aims, found.cpa_learning, found.cpa_scaling
    costs = "Learning against scaling campaigns of the same goals."
    if learning is not None and scaling is not None:
        costs = f"{words.plain_amount(learning, currency)} learning, {words.plain_amount(scaling, currency)} scaling."
    answers = f"{found.answers} answer{'' if found.answers == 1 else 's'}, of 5."
    hours = float(found.hours)
    return [
        _score("Winners in 7 days", found.winners, aims["winners"], _percent, "Of learning campaigns.", less=False),
        _score("Cost per event, scaling", found.cpa_change, aims["cpa_change"], _percent, costs, less=True),
        _score("Goals that learn", found.live, aims["live"], _percent, "With a live learning campaign.", less=False),
        _score("Hours saved", hours, aims["hours"], "{:.1f} h".format, "A week for each manager.", less=False),
        _score("Satisfaction", found.satisfaction, aims["satisfaction"], "{:.1f}".format, answers, less=False),
    ]


def unaimed(found: Scoreboard) -> list[Score]:
    """The figures that have no aim."""
    before = ", ".join(str(n) for n in reversed(found.created[:-1]))
    scaled = f"{found.promoted_and_scaled} of {found.promoted}"
    return [
        Score("Campaigns created", str(found.created[-1]), f"In the last 7 days. The weeks before: {before}.", "", ""),
        Score("Promotions that scaled", scaled, "Goals whose promoted winner's budget was raised.", "", ""),
    ]


def learning_table(found: list[LearningAdSet], currency: str) -> Table:
    """Every learning ad set with its probability of becoming a winner, most likely first."""
    heads = (
        Head("Ad set"),
        Head("Goal"),
        Head("Becomes a winner", num=True, title="Probability that it is, in truth, ahead of the median by the lead."),
        Head("Now"),
        Head("Age in days", num=True),
        Head("Spend", num=True, csv=f"Spend ({currency})"),
        Head("Events", num=True),
        Head("Cost per event", num=True, csv=f"Cost per event ({currency})"),
    )
    ranked = sorted(found, key=lambda one: -1.0 if one.probability is None else one.probability, reverse=True)
    rows = [
        (
            table.text(one.name, link=reverse("ad-set", args=[one.meta_id])),
            table.text(one.goal_key),
            table.percent(None if one.probability is None else one.probability * 100),
            table.text("running" if one.running else "not running", dot="good" if one.running else "quiet"),
            table.ratio(one.hours / 24, ""),
            table.money(one.spend, currency),
            table.count(one.events),
            table.money(one.cost, currency),
        )
        for one in ranked
    ]
    return Table("learning", "Learning ad sets", heads, rows)


def variants_table(found: tuple[VariantLine, ...], currency: str) -> Table:
    """The ways of scaling, compared."""
    cost = Head("Cost per event", num=True, csv=f"Cost per event ({currency})")
    heads = (Head("Way of scaling"), Head("Goals", num=True), Head("Raises", num=True), cost)
    rows = [
        (table.text(one.name), table.count(one.goals), table.count(one.raises), table.money(one.cost, currency))
        for one in found
    ]
    return Table("variants", "Ways of scaling, compared", heads, rows)


def tables(account: AdAccount, found: Scoreboard) -> dict[str, Table]:
    learning = learning_ad_sets(account, business_now(account))
    return {
        "learning": learning_table(learning, account.currency),
        "variants": variants_table(found.variants, account.currency),
    }


@login_required
@require_GET
def scoreboard_page(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    context, account = frame_of(scope, "goals-scoreboard"), scope.account
    if account is not None:
        found = scoreboard(account, business_now(account))
        held = tables(account, found)
        file = asked_for(request, held, account.name)
        if file is not None:
            return file
        context |= {name: table.ordered(one, request.GET) for name, one in held.items()}
        context |= {"scores": scores(found, account.currency), "unaimed": unaimed(found)}
    return render(request, "optimization/goals_scoreboard.html", context)
