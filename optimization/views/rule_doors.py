"""What a manager does with a rule as a whole: switch, archive, copy, put an earlier version back. All by POST."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST

from optimization.models import Rule
from optimization.rules.keeping import archive, duplicate, restore, unarchive
from optimization.rules.schema import RuleInvalid
from optimization.rules.services import set_active
from optimization.rules.yaml_files import export_rules
from optimization.trial.dry import is_waiting
from optimization.views.rule_subject import Subject, find, find_to_edit


def _back(subject: Subject, anchor: str = "") -> HttpResponse:
    """To where the click was made, if that is a page of ours; else to the rule."""
    wanted = subject.request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {subject.request.get_host()}, subject.request.is_secure())
    return redirect(f"{wanted}{anchor}" if safe else subject.href)


def _switched(rule: Rule) -> str:
    if not rule.active:
        return "is off. It proposes nothing; what waits stays."
    if is_waiting(rule):
        return "is on. Its first look runs dry: its page shows what it would have done, and nothing is done."
    return "is on. It is looked at with the next data."


@login_required
@require_POST
def switch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    subject = find_to_edit(request, public_id)
    rule, active = subject.rule, request.POST.get("active") == "1"
    try:
        changed = set_active(rule, active, subject.user, subject.now)
    except RuleInvalid as invalid:
        messages.error(request, f"{rule.name} stays off: {invalid}")
        return _back(subject)
    if changed:
        messages.success(request, f"{rule.name} {_switched(rule)}")
    return _back(subject, f"#rule-{rule.public_id}")


@login_required
@require_POST
def archiving(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """`do=restore` takes it out of the archive again."""
    subject = find_to_edit(request, public_id)
    rule = subject.rule
    if request.POST.get("do") == "restore":
        unarchive(rule, subject.user, subject.now)
        messages.success(request, f"{rule.name} is back in the list, still off.")
        return redirect(subject.href)
    archive(rule, subject.user, subject.now)
    messages.success(request, f"{rule.name} is off and in the archive. What it proposed keeps its story.")
    return redirect("rules")


@login_required
@require_POST
def copy(request: HttpRequest, public_id: UUID) -> HttpResponse:
    subject = find_to_edit(request, public_id)
    made = duplicate(subject.rule, subject.user, subject.now)
    messages.success(
        request, f"This is a copy of {subject.rule.name}, still off. Change what differs, then switch it on."
    )
    return redirect("rule", made.public_id)


@login_required
@require_POST
def put_back(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    """What version `number` said, as a new version."""
    subject = find_to_edit(request, public_id)
    version = get_object_or_404(subject.rule.versions, number=number)
    try:
        made = restore(subject.rule, version, subject.user, subject.now)
    except RuleInvalid as invalid:
        messages.error(request, f"Version {number} cannot be put back: {invalid} Nothing was changed.")
    else:
        messages.success(request, f"The rule says again what version {number} said: it is version {made.number} now.")
    return redirect(f"{subject.href}?tab=versions")


@login_required
@require_GET
def yaml_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The rule as a file to keep in git. It names every account, so it is for those who may see them all."""
    subject = find(request, public_id)
    if subject.reach.hidden(subject.rule):
        raise PermissionDenied("The file names every account of the rule, and you may not see all of them.")
    answer = HttpResponse(export_rules([subject.rule]), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slugify(subject.rule.name) or "rule"}.yaml"'
    answer["Cache-Control"] = "no-store"
    return answer
