"""With what a new rule begins: a blank one that is nearly right, or a template in the account's currency."""

from django.http import Http404, QueryDict

from metaads.models import AdAccount
from optimization.rules.form import Draft, fill
from optimization.rules.services import AdoptionRefused, converter
from optimization.rules.templates import TEMPLATES
from optimization.views.builder_about import About
from optimization.views.scope import Scope

BLANK = {
    "conditions": {"all": [{"field": "spend_7d", "operator": ">"}, {"field": "conversions_7d", "operator": "="}]},
    "actions": [{"kind": "pause"}],
}


def start_of(query: QueryDict, scope: Scope) -> tuple[Draft, About]:
    """Raises Http404 for a template that does not exist."""
    account = start_account(query, scope)
    about = About(accounts=[str(account.pk)] if account else [], looked_in=str(account.pk) if account else "")
    key = query.get("template", "")
    if not key:
        return fill(BLANK), about
    template = TEMPLATES.get(key)
    if template is None:
        raise Http404("There is no such template.")
    try:
        usd = converter(account.currency if account else "")
    except AdoptionRefused as refused:
        raise Http404(str(refused)) from None
    about.name, about.description = template.name, template.description
    about.category, about.level = template.category, template.level
    about.priority, about.template = str(template.priority), template.key
    return fill(template.document(usd)), about


def start_account(query: QueryDict, scope: Scope) -> AdAccount | None:
    """`?account=`, else the one chosen above, else the first where the user decides."""
    wanted = query.get("for") or (str(scope.account.pk) if scope.account else "")
    by_id = {str(account.pk): account for account in scope.stoppable}
    return by_id.get(wanted) or next(iter(scope.stoppable), None)
