"""/rules/new/ and /rules/<id>/edit/: a rule as a form. Every button is a submit, so it works without scripts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from optimization.rules.editing import RuleMoved, change, create, token_of
from optimization.rules.form import Draft, expresses, fill, move, write
from optimization.rules.form.writing import same_meaning
from optimization.rules.schema import RuleInvalid
from optimization.rules.services import set_active
from optimization.views import builder_context
from optimization.views.builder_about import about_of, identity_of
from optimization.views.builder_desk import Desk, posted
from optimization.views.builder_start import start_of
from optimization.views.rule_subject import find_to_edit
from optimization.views.rule_words import document_of
from optimization.views.scope import scope_of

FOR_MANAGERS = "Rules are made by managers of an ad account."
SAVES = ("save", "on", "over")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new rule: blank, or as a template has it (`?template=key`)."""
    scope = scope_of(request)
    if not scope.stoppable:
        raise PermissionDenied(FOR_MANAGERS)
    if request.method == "POST":
        return _posted(posted(request, None))
    draft, about = start_of(request.GET, scope)
    return _page(Desk(request, scope, draft, about))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A saved rule. `?as=text` gives its document as JSON, which also shows what no form could."""
    subject = find_to_edit(request, public_id)
    rule = subject.rule
    if request.method == "POST":
        return _posted(posted(request, rule))
    document = subject.document
    as_text = request.GET.get("as") == "text" or (bool(document) and not expresses(document))
    draft = Draft(whole=builder_context.as_json(document)) if as_text else fill(document)
    return _page(Desk(request, subject.scope, draft, about_of(rule), rule))


def _posted(desk: Desk) -> HttpResponse:
    told = desk.request.POST.get("do", "save")
    if told in SAVES:
        return _save(desk, told)
    if told == "look":
        desk.looked = True
        desk.check()
        return _page(desk)
    if told in ("as-text", "as-form"):
        _turn(desk, told == "as-text")
        return _page(desk)
    desk.focus = move(desk.draft, told)
    return _page(desk)


def _turn(desk: Desk, to_text: bool) -> None:
    """From the form to its JSON text, or back if the text can be shown as a form."""
    document = write(desk.draft).document
    if to_text:
        desk.draft = Draft(whole=builder_context.as_json(document))
    elif desk.check() and expresses(document):
        desk.draft = fill(document)


def _save(desk: Desk, told: str) -> HttpResponse:
    if not desk.check():
        return _page(desk, 422)
    identity, _ = identity_of(desk.about, desk.scope, desk.rule)
    document = _document(desk)
    try:
        if desk.rule is None:
            rule = create(identity, document, desk.user, desk.now)
        else:
            seen = token_of(desk.rule) if told == "over" else desk.about.seen
            rule = change(desk.rule, identity, document, desk.user, desk.now, seen=seen)
        switched = told == "on" and set_active(rule, True, desk.user, desk.now)
    except RuleMoved:
        desk.moved = True
        return _page(desk, 409)
    except RuleInvalid as invalid:
        desk.add(invalid)
        return _page(desk, 422)
    builder_context.tell(desk.request, rule, switched, desk.accounts)
    return redirect("rule", rule.public_id)


def _document(desk: Desk) -> Mapping[str, Any]:
    """What is saved: as it was stored if it means the same, so that saving without a change makes no version."""
    written = write(desk.draft).document
    held = document_of(desk.rule) if desk.rule else {}
    try:
        return held if held and same_meaning(held, written) else written
    except RuleInvalid:
        return written


def _page(desk: Desk, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = builder_context.context_of(desk)
    htmx = bool(getattr(desk.request, "htmx", False))
    template = "optimization/parts/builder_form.html" if htmx else "optimization/builder.html"
    return render(desk.request, template, context, status=status)


@login_required
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What the rule as written would find now, and its summary: a fragment for the side of the builder."""
    scope = scope_of(request)
    if not scope.stoppable:
        raise PermissionDenied(FOR_MANAGERS)
    rule = None
    if request.POST.get("rule"):
        rule = find_to_edit(request, UUID(request.POST["rule"])).rule
    desk = posted(request, rule)
    desk.looked = True
    return render(request, "optimization/parts/builder_preview.html", {**builder_context.looked(desk), "oob": True})
