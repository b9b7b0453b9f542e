"""/rules/templates/: rules ready to adopt, in the account's currency, with what they would have done to it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from metaads.clock import business_now
from metaads.models import AdAccount, Level
from optimization import jobs
from optimization.jobs import JobRefused
from optimization.jobs.kinds.templates import TEMPLATES
from optimization.models import Job, Rule
from optimization.rules.schema import parse
from optimization.rules.services import AdoptionRefused, converter
from optimization.rules.summary import PLURAL, summarise
from optimization.rules.templates import ALL, Template
from optimization.rules.templates import TEMPLATES as TEMPLATES_BY_KEY
from optimization.views.builder import FOR_MANAGERS
from optimization.views.builder_start import start_account
from optimization.views.live import version_of
from optimization.views.rule_words import Word, mode_of
from optimization.views.scope import scope_of
from optimization.views.templates_past import job_of, said, stretch


@dataclass(frozen=True)
class Card:
    """One template for one account; `says` in the account's currency."""

    template: Template
    says: str
    level: str
    mode: Word


def card_of(template: Template, account: AdAccount) -> Card:
    """Raises AdoptionRefused where no rate for the account's currency is shipped."""
    document = template.document(converter(account.currency))
    says = summarise(parse(document, template.level), account.currency, template.level)
    return Card(template, says, Level(template.level).label, mode_of(document))


def _account(request: HttpRequest) -> AdAccount:
    """`?for=<id>`, among the accounts where the user decides."""
    query = request.POST if request.method == "POST" else request.GET
    account = start_account(query, scope_of(request))
    if account is None:
        raise PermissionDenied(FOR_MANAGERS)
    return account


def _cards(account: AdAccount) -> tuple[list[Card], str]:
    """All templates, or why there is none."""
    try:
        return [card_of(template, account) for template in ALL], ""
    except AdoptionRefused as problem:
        return [], str(problem)


def _past(account: AdAccount) -> dict[str, Any]:
    """The job of the last days, what it found by template, and from when to when."""
    now = business_now(account)
    days = stretch(account, now)
    job = job_of(account, days) if days else None
    done = job is not None and job.state == Job.State.DONE
    found = job.result.get("templates", {}) if job and done else {}
    return {
        "account": account,
        "days": days,
        "span": (date.fromisoformat(days["until"]) - date.fromisoformat(days["since"])).days + 1 if days else 0,
        "job": job,
        "pasts": {
            key: said(one, account.currency, PLURAL[TEMPLATES_BY_KEY[key].level])
            for key, one in found.items()
            if key in TEMPLATES_BY_KEY
        },
    }


@login_required
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """By category. `?for=<id>` chooses the account whose currency and past it speaks of."""
    scope, account = scope_of(request), _account(request)
    cards, refused = _cards(account)
    shelves = [
        (label, [card for card in cards if card.template.category == key]) for key, label in Rule.Category.choices
    ]
    context: dict[str, Any] = {
        "page": "rules",
        "version": version_of(scope),
        "accounts": scope.stoppable,
        "shelves": [(label, held) for label, held in shelves if held],
        "refused": refused,
        **_past(account),
    }
    return render(request, "optimization/rule_templates.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def past(request: HttpRequest) -> HttpResponse:
    """POST works it out (or joins who asked before), GET says how far it is; to htmx with each card's part."""
    account = _account(request)
    refused = ""
    if request.method == "POST":
        days = stretch(account, business_now(account))
        assert isinstance(request.user, User)  # noqa: S101  (login_required; tells mypy)
        try:
            if (days is not None and job_of(account, days) is None) or request.POST.get("again"):
                jobs.start(TEMPLATES.key, account, days or {}, request.user, business_now(account))
        except JobRefused as problem:
            refused = str(problem)
    if not getattr(request, "htmx", False):
        if refused:
            messages.error(request, refused)
        return redirect(f"{reverse('rule-templates')}?for={account.pk}")
    context = {**_past(account), "keys": [template.key for template in ALL], "refused": refused, "oob": True}
    return render(request, "optimization/parts/templates_past.html", context)
