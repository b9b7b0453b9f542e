"""/rules/import/, /rules/export/: rules as YAML files, looked at before anything changes; Meta's own taken over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from metaads.clock import business_now
from metaads.models import AdAccount, NativeRule
from optimization.models import Rule
from optimization.rules.native import NativePlan, NativeRefused, adopt_native, plans_of
from optimization.rules.selectors import reach_of, visible_rules
from optimization.rules.yaml_files import ImportRefused, Plan, Planned, export_rules, import_rules, read_rules
from optimization.rules.yaml_text import MOST_BYTES
from optimization.views.rule_tree import text_lines
from optimization.views.rule_versions import Changed, changed_lines
from optimization.views.rules import ACCOUNTS
from optimization.views.scope import Scope, scope_of

FOR_MANAGERS = "Importing rules is for managers of an account."
CHANGED = "The rules have changed since you looked. Look again at what would change now."
PROBLEMS_MOST = 50


class FileForm(forms.Form):
    """A file, or its text to be corrected. One of them."""

    file = forms.FileField(
        label="YAML file", required=False, widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml,text/yaml"})
    )
    text = forms.CharField(
        label="or its text",
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 14, "spellcheck": "false", "class": "code-input", "autocapitalize": "off"}
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(f"Larger than {MOST_BYTES // 1000} kB: split it.")
        return file

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not self.errors and not values.get("file") and not values.get("text"):
            raise forms.ValidationError("Choose a file, or paste its text.")
        return values


@dataclass(frozen=True)
class Line:
    """One rule of the file for the preview. `lines`: what changes in its text."""

    item: Planned
    lines: Sequence[Changed]

    @property
    def does(self) -> str:
        words = {"create": "new, switched off", "change": "changes", "nothing": "stays as it is"}
        return words[self.item.does]

    @property
    def changes(self) -> str:
        return ", ".join("what it says" if name == "document" else name for name in self.item.changes)


def line_of(item: Planned) -> Line:
    rule, level = item.rule, item.entry.level
    currency = item.accounts[0].currency if len({one.currency for one in item.accounts}) == 1 else ""
    if rule is None or rule.current is None or "document" not in item.changes:
        return Line(item, ())
    before = text_lines(rule.current.document, rule.level, currency)
    return Line(item, changed_lines(before, text_lines(dict(item.entry.document), level, currency)))


def _importer(request: HttpRequest) -> tuple[User, Scope]:
    """Managers and the installation's administrator. Raises PermissionDenied."""
    user, scope = request.user, scope_of(request)
    assert isinstance(user, User)  # noqa: S101  (login_required; tells mypy)
    if not user.is_superuser and not scope.stoppable:
        raise PermissionDenied(FOR_MANAGERS)
    return user, scope


@login_required
@require_http_methods(["GET", "POST"])
def rule_import(request: HttpRequest) -> HttpResponse:
    """Upload, then what would change, then the change: all of it or nothing."""
    user, scope = _importer(request)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if not form.is_valid():
        return _page(request, scope, form, None, "")
    given: str | bytes = form.cleaned_data["file"].read() if form.cleaned_data["file"] else form.cleaned_data["text"]
    plan = read_rules(given, scope.stoppable, everything=user.is_superuser)
    text = given if isinstance(given, str) else given.decode("utf-8", "replace")
    if not plan.sound or request.POST.get("do") != "import":
        return _page(request, scope, FileForm(initial={"text": text}), plan, text)
    if request.POST.get("seen") != plan.seen:
        messages.warning(request, CHANGED)
        return _page(request, scope, FileForm(initial={"text": text}), plan, text)
    try:
        return _done(request, import_rules(plan, user, business_now(_first_account(plan))))
    except ImportRefused as refused:
        messages.error(request, str(refused))
        return _page(request, scope, FileForm(initial={"text": text}), None, text)


def _first_account(plan: Plan) -> AdAccount | None:
    return next((account for item in plan.items for account in item.accounts), None)


def _done(request: HttpRequest, rules: Sequence[Rule]) -> HttpResponse:
    names = ", ".join(rule.name for rule in rules[:5]) + (f" and {len(rules) - 5} more" if len(rules) > 5 else "")
    if rules:
        messages.success(request, f"Imported: {names}. New rules are off until you switch them on.")
    else:
        messages.success(request, "Every rule of the file is here as it stands there. Nothing was changed.")
    return redirect("rule", rules[0].public_id) if len(rules) == 1 else redirect("rules")


def _page(request: HttpRequest, scope: Scope, form: FileForm, plan: Plan | None, text: str) -> HttpResponse:
    problems = plan.problems if plan else ()
    context: dict[str, Any] = {
        "page": "rules",
        "form": form,
        "plan": plan,
        "text": text,
        "lines": [line_of(item) for item in plan.items] if plan and plan.sound else [],
        "changes": sum(item.does != "nothing" for item in plan.items) if plan else 0,
        "problems": problems[:PROBLEMS_MOST],
        "more": max(0, len(problems) - PROBLEMS_MOST),
        "natives": [] if plan else _natives(scope),
    }
    wrong = problems or (form.is_bound and form.errors)
    return render(request, "optimization/rule_import.html", context, status=422 if wrong else 200)


def _natives(scope: Scope) -> list[tuple[AdAccount, list[NativePlan]]]:
    """Meta's own rules of the accounts that are shown and that the user manages."""
    managed = [account for account in scope.shown if scope.may_decide(account.pk)]
    having = set(NativeRule.objects.filter(account__in=managed, deleted_at=None).values_list("account_id", flat=True))
    return [(account, plans_of(account)) for account in managed if account.pk in having]


@login_required
@require_POST
def native_adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one of Meta's own rules over, as a draft."""
    user, scope = request.user, scope_of(request)
    assert isinstance(user, User)  # noqa: S101  (login_required; tells mypy)
    native = NativeRule.objects.select_related("account").filter(pk=pk, account__in=scope.accounts).first()
    if native is None:
        raise Http404("No such rule.")
    if not scope.may_decide(native.account_id):
        raise PermissionDenied(FOR_MANAGERS)
    try:
        rule = adopt_native(native, user, business_now(native.account))
    except NativeRefused as refused:
        messages.error(request, f"“{native.name}” was not taken over. {refused}")
        return redirect("rule-import")
    messages.success(
        request,
        f"This says what Meta's “{native.name}” says, and is off. Switch Meta's rule off in Ads Manager before you "
        "switch this one on: both at once would act twice.",
    )
    return redirect("rule", rule.public_id)


@login_required
@require_GET
def rule_export(request: HttpRequest) -> HttpResponse:
    """The rules of the accounts shown: none that is archived, or names an account that the user may not see."""
    scope, reach = scope_of(request), reach_of(request.user)
    rules = visible_rules(request.user).filter(archived_at=None).prefetch_related(ACCOUNTS)
    kept = [rule for rule in rules if not reach.hidden(rule)]
    if scope.account is not None:
        kept = [rule for rule in kept if not rule.accounts.all() or scope.account in rule.accounts.all()]
    answer = HttpResponse(export_rules(kept), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rules.yaml"'
    answer["Cache-Control"] = "no-store"
    return answer
