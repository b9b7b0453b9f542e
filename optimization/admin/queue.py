"""Admin of actions and runs: looked at, and decided by the same services as on the pages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from optimization.admin.base import ReadOnlyAdmin, user_of
from optimization.kinds import describe
from optimization.models import OPEN_STATUSES, Action, LimitCounter, Run
from optimization.queue.seen import UNSEEN, read_seen
from optimization.queue.services import approve_many, reject_many

SEEN = "_seen"


class ReasonForm(ActionForm):
    """A rejection needs its reason here as on the pages."""

    reason = forms.CharField(required=False, label="Reason", max_length=500)


@admin.register(Action)
class ActionAdmin(ReadOnlyAdmin):
    """Rows change only by the listed transitions, so nothing is editable; approve and reject are admin actions."""

    account_path = "account"
    list_display = ("headline", "account", "status", "source", "proposed_at", "decided_by", "case")
    list_filter = ("status", "kind", "source", "level", "account")
    search_fields = ("entity_name", "entity_id", "public_id", "reason")
    list_select_related = ("account", "decided_by")
    date_hierarchy = "proposed_at"
    actions = ("approve_selected", "reject_selected")
    action_form = ReasonForm

    @admin.display(description="action", ordering="entity_name")
    def headline(self, obj: Action) -> str:
        head = describe(obj)
        return f"{head.verb} {head.name} {head.change}".strip()

    @admin.display(description="case file")
    def case(self, obj: Action) -> SafeString:
        return format_html('<a href="/actions/{}/">open</a>', obj.public_id)

    def action_checkbox(self, obj: Action) -> SafeString:
        """With the version beside it: what is approved is what stood in this row."""
        return format_html(
            '{}<input type="hidden" name="{}" value="{}:{}">',
            super().action_checkbox(obj),
            SEEN,
            obj.pk,
            obj.version,
        )

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """The services ask for the role per action; here only: may see actions at all."""
        return self.has_view_permission(request)

    @admin.action(description="Approve selected", permissions=["decide"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Action]) -> None:
        answers: dict[int, str] = {}
        seen = read_seen(request.POST.getlist(SEEN))
        for action in queryset.filter(status__in=OPEN_STATUSES).select_related("account__connection"):
            looked_at = {action.pk: seen.get(action.pk, UNSEEN)}
            answers |= approve_many(looked_at, user_of(request), self.now(action.account))
        self._tell(request, "Approved", answers, queryset.count())

    @admin.action(description="Reject selected", permissions=["decide"])
    def reject_selected(self, request: HttpRequest, queryset: QuerySet[Action]) -> None:
        answers: dict[int, str] = {}
        reason = request.POST.get("reason", "").strip()
        if not reason:
            self.message_user(request, "Nothing was rejected: write the reason beside the action first.", "error")
            return
        for action in queryset.filter(status__in=OPEN_STATUSES).select_related("account__connection"):
            answers |= reject_many([action.pk], user_of(request), self.now(action.account), reason)
        self._tell(request, "Rejected", answers, queryset.count())

    def _tell(self, request: HttpRequest, done: str, answers: dict[int, str], asked: int) -> None:
        good = sum(not problem for problem in answers.values())
        level = "success" if good == asked else "warning"
        closed = asked - len(answers)
        note = f" {closed} had been decided before." if closed else ""
        self.message_user(request, f"{done}: {good} of {asked}.{note}", level)
        for problem in sorted({problem for problem in answers.values() if problem}):
            self.message_user(request, problem, "warning")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("account", "kind", "started_at", "finished_at", "summary", "trouble")
    list_filter = ("kind", "account")
    list_select_related = ("account",)

    @admin.display(description="counts")
    def summary(self, obj: Run) -> str:
        counts: dict[str, Any] = obj.counts
        return ", ".join(f"{name} {value}" for name, value in sorted(counts.items()) if isinstance(value, int))

    @admin.display(description="problems")
    def trouble(self, obj: Run) -> int:
        return len(obj.problems)


@admin.register(LimitCounter)
class LimitCounterAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("account", "name", "day", "used")
    list_select_related = ("account",)
