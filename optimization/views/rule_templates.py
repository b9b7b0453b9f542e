"""/rules/templates/: rules ready to adopt, in the account's currency, with what they would have done to it."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from metaads.models import AdAccount, Level
from optimization.models import Rule
from optimization.rules.schema import parse
from optimization.rules.services import AdoptionRefused, converter
from optimization.rules.summary import summarise
from optimization.rules.templates import ALL, Template
from optimization.views.builder import FOR_MANAGERS
from optimization.views.builder_start import start_account
from optimization.views.live import version_of
from optimization.views.rule_words import MODES, Word, mode_of
from optimization.views.scope import scope_of


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


@login_required
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """By category. `?for=<id>` chooses the account whose currency and past it speaks of."""
    scope = scope_of(request)
    account = start_account(request.GET, scope)
    if account is None:
        raise PermissionDenied(FOR_MANAGERS)
    refused = ""
    cards: list[Card] = []
    try:
        cards = [card_of(template, account) for template in ALL]
    except AdoptionRefused as problem:
        refused = str(problem)
    shelves = [
        (label, [card for card in cards if card.template.category == key]) for key, label in Rule.Category.choices
    ]
    context: dict[str, Any] = {
        "page": "rules",
        "version": version_of(scope),
        "account": account,
        "accounts": scope.stoppable,
        "shelves": [(label, held) for label, held in shelves if held],
        "refused": refused,
        "modes": MODES,
    }
    return render(request, "optimization/rule_templates.html", context)
