"""/rules/new/ and /rules/<id>/edit/: a rule as a form. Every button is a submit, so it works without scripts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.models import Rule
from optimization.rules.editing import RuleMoved, change, create, token_of
from optimization.rules.form import Draft, expresses, fill, move, read, write
from optimization.rules.form.writing import same_meaning
from optimization.rules.schema import RuleInvalid, parse
from optimization.rules.services import set_active
from optimization.rules.summary import summarise
from optimization.rules.tree import Problem
from optimization.views import builder_context
from optimization.views.builder_about import About, about_of, chosen, currency_of, identity_of, read_about
from optimization.views.builder_start import start_of
from optimization.views.rule_subject import find_to_edit
from optimization.views.rule_words import document_of
from optimization.views.scope import Scope, scope_of

FOR_MANAGERS = "Rules are made by managers of an ad account."
SAVES = ("save", "on", "over")


@dataclass
class Desk:
    """One rule being written in one request. `rule` None: it was never saved."""

    request: HttpRequest
    scope: Scope
    draft: Draft
    about: About
    rule: Rule | None = None
    problems: list[Problem] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    focus: str = ""
    moved: bool = False
    looked: bool = False

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)  # noqa: S101  (login_required; tells mypy)
        return self.request.user

    @property
    def accounts(self) -> list[AdAccount]:
        return chosen(self.about, self.scope)

    @property
    def currency(self) -> str:
        return currency_of(self.accounts)

    @property
    def account(self) -> AdAccount | None:
        """The account in which matches are looked for: `in`, else the one chosen above, else the first."""
        by_id = {str(account.pk): account for account in self.accounts}
        above = str(self.scope.account.pk) if self.scope.account else ""
        return by_id.get(self.about.looked_in) or by_id.get(above) or next(iter(self.accounts), None)

    @property
    def now(self) -> datetime:
        return business_now(self.account)

    def check(self) -> bool:
        """Fills `problems` and `wrong`; True if the rule is sound."""
        written = write(self.draft)
        identity, wrong = identity_of(self.about, self.scope, self.rule)
        self.wrong = {name: [text] for name, text in wrong.items()}
        self.problems = [Problem(name, text) for name, text in wrong.items()]
        try:
            parse(written.document, identity.level or None)
        except RuleInvalid as invalid:
            self.add(invalid)
        return not self.problems

    def add(self, invalid: RuleInvalid) -> None:
        """Each problem to the list, and to the control that stands for its place."""
        written = write(self.draft)
        for problem in invalid.problems:
            control = written.control(problem.path)
            self.problems.append(Problem(control, problem.message))
            self.wrong.setdefault(control, []).append(problem.message)

    def summary(self) -> str:
        """In plain language; "" while it is not sound."""
        try:
            document = parse(write(self.draft).document, self.about.level)
        except RuleInvalid:
            return ""
        return summarise(document, self.currency, self.about.level)


def posted(request: HttpRequest, rule: Rule | None) -> Desk:
    return Desk(request, scope_of(request), read(request.POST), read_about(request.POST), rule)


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
    return render(request, "optimization/parts/builder_preview.html", builder_context.looked(desk))


__all__ = ["edit", "messages", "new", "preview"]
