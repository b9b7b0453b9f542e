"""Tagging one entity, from its page. Rules filter by tags."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from intelligence.metrics.tags import BadTag
from metaads.clock import business_now
from metaads.models import Level
from optimization.tag_doors import save_tags
from optimization.views.entity import page
from optimization.views.scope import scope_of
from optimization.views.subject import entity_href, find
from optimization.views.tag_box import tag_box


@login_required
@require_POST
def keep(request: HttpRequest, level: str, meta_id: str) -> HttpResponse:
    """Keeps what was typed, or shows the page again with it and the reason why not."""
    if level not in Level.values:
        raise Http404("No such level.")
    subject = find(Level(level), meta_id, request.user)
    if not scope_of(request).may_decide(subject.account.pk):
        raise PermissionDenied("Tagging is for managers of the account.")
    assert isinstance(request.user, User)  # noqa: S101  (login_required; tells mypy)
    typed = request.POST.get("tags", "")
    given = [tag for tag in typed.split(",") if tag.strip()]
    try:
        kept = save_tags(subject.account, level, meta_id, given, request.user, business_now(subject.account))
    except BadTag as problem:
        return page(request, subject.level, meta_id, tag_box(subject, True, typed, str(problem)), status=422)
    said = f"Tagged {', '.join(kept)}." if kept else "No tag is left on it."
    messages.success(request, f"{said} Rules that filter by tag follow at their next look.")
    return redirect(entity_href(level, meta_id))
