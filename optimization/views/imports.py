"""/imports/: a person's own export, looked at before it is kept; and sales that Meta does not know."""

from datetime import date
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from intelligence.importing.layout import Answers
from intelligence.importing.table import MAX_BYTES, Unreadable
from intelligence.models import OfflineUpload
from intelligence.offline_file import BadFile, read_file
from metaads.clock import business_now
from optimization.imports import PAGE_ROWS, Place, answer, bring, discard, keep, plan_of
from optimization.models import ExportFile
from optimization.offline_doors import upload_offline
from optimization.views import table
from optimization.views.export import asked_for
from optimization.views.imports_table import columns_of, notes_table, refused_table, totals_table, uploads_table, word
from optimization.views.scope import Scope, scope_of

NOTES_SHOWN = 20
_BY_COMMAND = " The command import_insights takes longer files."


class FileForm(forms.Form):
    """The export itself; everything else is asked once it was looked at."""

    file = forms.FileField(label="CSV file", widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"Larger than {MAX_BYTES // 1_000_000} MB: export fewer days at a time.")
        return file


class OfflineForm(FileForm):
    """Sales of an account that the user manages."""

    prefix = "offline"
    account = forms.ChoiceField(label="Account")

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {str(account.pk): account for account in scope.stoppable if not account.read_only}
        self.fields["account"].choices = [  # type: ignore[attr-defined]
            (key, f"{account.name} ({account.currency})") for key, account in self.accounts.items()
        ]


def _user(request: HttpRequest) -> User:
    """Who may import: managers and the installation's administrator. Raises PermissionDenied."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  (login_required; tells mypy)
    if not user.is_superuser and not scope_of(request).stoppable:
        raise PermissionDenied("Importing is for managers of an account.")
    return user


def _file(request: HttpRequest, pk: UUID) -> ExportFile:
    """One's own file, 404 for another's."""
    user = _user(request)
    mine = ExportFile.objects.all() if user.is_superuser else ExportFile.objects.filter(user=user)
    found = mine.filter(pk=pk).first()
    if found is None:
        raise Http404("No such file.")
    return found


@login_required
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Both forms, and what was brought before."""
    user, scope = _user(request), scope_of(request)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            return redirect("import", bring(file.name, file.read(), Answers(), user, PAGE_ROWS).pk)
        except Unreadable as error:
            form.add_error("file", f"{error}{_BY_COMMAND if 'rows' in str(error) else ''}")
    return _page(request, scope, form, OfflineForm(scope), {})


def _page(
    request: HttpRequest, scope: Scope, form: FileForm, offline: OfflineForm, more: dict[str, Any]
) -> HttpResponse:
    uploads = uploads_table(OfflineUpload.objects.filter(account__in=scope.stoppable).select_related("account")[:50])
    answered = asked_for(request, {uploads.key: uploads})
    if answered is not None:
        return answered
    files = ExportFile.objects.filter(user=_user(request)).order_by("-created_at").defer("data")[:10]
    context = {"page": "imports", "form": form, "offline": offline, "files": files, **more}
    context["uploads"] = table.ordered(uploads, request.GET)
    wrong = form.errors or (offline.is_bound and offline.errors)
    return render(request, "optimization/imports.html", context, status=422 if wrong else 200)


@login_required
@require_POST
def offline(request: HttpRequest) -> HttpResponse:
    """Stores a file of sales and says what became of each line."""
    user, scope = _user(request), scope_of(request)
    form = OfflineForm(scope, request.POST, request.FILES)
    if form.is_valid():
        account, file = form.accounts[form.cleaned_data["account"]], form.cleaned_data["file"]
        try:
            rows = read_file(file.read(), account)
        except BadFile as error:
            form.add_error("file", str(error))
        else:
            result = upload_offline(account, rows, file.name, user, business_now(account))
            notes = notes_table(result)
            more = {"result": result, "result_account": account, "notes": notes, "shown": notes.rows[:NOTES_SHOWN]}
            return _page(request, scope, FileForm(), OfflineForm(scope), more)
    return _page(request, scope, FileForm(), form, {})


@login_required
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the file says; a POST answers its questions or reads columns otherwise."""
    file = _file(request, pk)
    today = date.today()  # noqa: DTZ011  (an export may reach until today wherever it was made)
    problem = ""
    if request.method == "POST":
        try:
            answer(file, _answers(request), today)
            return redirect("import", file.pk)
        except (Unreadable, ValueError) as error:
            problem = str(error)
    plan = plan_of(file, today)
    refused = refused_table(plan)
    answered = asked_for(request, {refused.key: refused}, file.name)
    if answered is not None:
        return answered
    scope = scope_of(request)
    context = {
        "page": "imports", "file": file, "suggested": PurePath(file.name).stem,
        "plan": plan, "problem": problem, "columns": columns_of(plan),
        "totals": totals_table(plan), "result": word(plan.result) if plan.result else "",
        "refused": table.ordered(refused, request.GET),
        "questions": {question.field: question.text for question in plan.questions}, "said": file.answers,
        "places": [account for account in scope.stoppable if account.read_only],
    }  # fmt: skip
    return render(request, "optimization/import.html", context, status=422 if problem else 200)


def _answers(request: HttpRequest) -> Answers:
    said = request.POST
    named = zip(said.getlist("heading"), said.getlist("target"), said.getlist("was"), strict=False)
    columns = {_plain(heading): _plain(target) for heading, target, was in named if target != was}
    told = zip(said.getlist("told_heading"), said.getlist("told_target"), strict=False)
    before = {_plain(heading): _plain(target) for heading, target in told}
    return Answers(
        _plain(said.get("currency", "")), said.get("dates", ""), said.get("decimals", ""), {**before, **columns}
    )


def _plain(text: str) -> str:
    """Without NUL bytes, which PostgreSQL refuses, and without space around."""
    return text.replace("\0", "").strip()


@login_required
@require_POST
def keep_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stores what was shown, in a new account or a read-only one that the user manages."""
    file, scope, user = _file(request, pk), scope_of(request), _user(request)
    chosen = request.POST.get("account", "")
    account = next((one for one in scope.stoppable if str(one.pk) == chosen and one.read_only), None)
    place = Place(account, _plain(request.POST.get("name", "")), _plain(request.POST.get("timezone", "UTC")))
    try:
        account, kept = keep(file, place, user, business_now())
    except ValueError as error:
        messages.error(request, str(error))
        return redirect("import", file.pk)
    messages.success(request, f"{kept.rows} rows are in {account}. Time stands there at the end of the file.")
    window = "7d" if kept.days[0] != kept.days[1] else "lifetime"
    return redirect(f"{reverse('campaigns')}?account={account.pk}&window={window}")


@login_required
@require_POST
def discard_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    discard(_file(request, pk))
    messages.success(request, "The file was forgotten; nothing of it was stored.")
    return redirect("imports")
