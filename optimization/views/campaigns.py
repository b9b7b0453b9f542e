"""/campaigns/: every campaign of what is shown, in one table that sorts, filters, pages and exports."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from intelligence.metrics.table import build_frame
from metaads.models import Level
from optimization.models import ACCOUNT_LEVEL
from optimization.views.asked import Asked, read
from optimization.views.change_box import ChangeBox, change_box
from optimization.views.delivery import GROUPS
from optimization.views.export import csv_answer
from optimization.views.listing import Listing, list_entities, previous, whole_table
from optimization.views.live import version_of
from optimization.views.metrics import ATTRIBUTIONS, METRICS, PRESETS, WINDOWS
from optimization.views.queue import nows_of
from optimization.views.scope import Scope, scope_of
from optimization.views.sheet import whole

KEY = "campaigns"
MOST_ACCOUNTS = 12
"""With more the page asks to choose one: each account's metrics table is built for the page."""


def choices(asked: Asked) -> dict[str, Any]:
    """What the form over a table of entities offers."""
    return {
        "asked": asked,
        "windows": [
            {"label": label, "on": key == asked.window, "href": asked.link(window=key)}
            for key, label in WINDOWS.items()
        ],
        "presets": [
            {"label": key.capitalize(), "on": key == asked.preset, "href": asked.link(preset=key, col=None)}
            for key in PRESETS
        ],
        "groups": GROUPS,
        "attributions": ATTRIBUTIONS,
        "metrics": METRICS.values(),
        "columns": {metric.key for metric in asked.metrics},
        "extra_columns": [metric for metric in asked.metrics if metric.key not in METRICS],
        "previous": previous(asked.window),
    }


def turns(listing: Listing, asked: Asked) -> dict[str, str]:
    """Addresses of the pages before and after this one, "" at the ends."""
    return {
        "previous_href": asked.link(page=listing.page - 1) if listing.page > 1 else "",
        "next_href": asked.link(page=listing.page + 1) if listing.page < listing.pages else "",
    }


def _change(scope: Scope, nows: dict[int, datetime]) -> ChangeBox | None:
    """What can be done with the one account that is shown."""
    account = scope.account
    if account is None or account.read_only:
        return None
    may = scope.may_decide(account.pk)
    return change_box(account, ACCOUNT_LEVEL, account.meta_id, "", (), nows[account.pk], may)


@login_required
@require_GET
def campaigns(request: HttpRequest) -> HttpResponse:
    scope, asked = scope_of(request), read(request.GET, against="roas")
    nows = nows_of(scope)
    context: dict[str, Any] = {"page": "campaigns", "version": version_of(scope), **choices(asked)}
    if len(scope.shown) > MOST_ACCOUNTS:
        return render(request, "optimization/campaigns.html", {**context, "too_many": scope.shown})
    sheets = [whole(account, build_frame(account, Level.CAMPAIGN, nows[account.pk])) for account in scope.shown]
    if request.GET.get("csv") == KEY:
        about = scope.account.name if scope.account else "all-accounts"
        return csv_answer(whole_table(sheets, asked, KEY, "Campaigns"), about)
    listing = list_entities(sheets, asked, KEY, "Campaigns", nows)
    context |= {"listing": listing, "change": _change(scope, nows), **turns(listing, asked)}
    context["any"] = any(len(sheet) for sheet in sheets)
    return render(request, "optimization/campaigns.html", context)
