"""Admin actions that lock campaigns, ad sets and ads against automation, and that release locks."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest

from optimization.admin.base import ReadOnlyAdmin, user_of
from optimization.models import EntityLock
from optimization.queue.errors import QueueError
from optimization.queue.locks import lock, release


class WhyForm(ActionForm):
    """The reason stands wherever the object is, so a lock needs one."""

    reason = forms.CharField(required=False, label="Reason", max_length=500)


class LockableAdmin(ReadOnlyAdmin):
    """For the mirror's objects. The service asks for the role, object by object. `level`: that of the objects."""

    level: ClassVar[str]
    actions = ("lock_selected",)
    action_form = WhyForm

    def has_lock_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.action(description="Lock selected against automation, until released", permissions=["lock"])
    def lock_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        done, problems = 0, set()
        for node in queryset.select_related("account__connection"):
            now, why = self.now(node.account), request.POST.get("reason", "")
            try:
                lock(node.account, self.level, node.meta_id, user_of(request), now, reason=why)
                done += 1
            except QueueError as error:
                problems.add(str(error))
        _tell(self, request, f"Locked: {done}.", problems)


@admin.register(EntityLock)
class EntityLockAdmin(ReadOnlyAdmin):
    account_path = "account"
    list_display = ("account", "level", "entity_name", "until", "reason", "locked_by", "released_at")
    list_filter = ("level", "account")
    search_fields = ("entity_name", "entity_id", "reason")
    list_select_related = ("account", "locked_by")
    actions = ("release_selected",)
    action_form = WhyForm

    def has_release_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.action(description="Release selected", permissions=["release"])
    def release_selected(self, request: HttpRequest, queryset: QuerySet[EntityLock]) -> None:
        done, problems = 0, set()
        for row in queryset.select_related("account__connection"):
            try:
                release(row, user_of(request), self.now(row.account), request.POST.get("reason", ""))
                done += 1
            except QueueError as error:
                problems.add(str(error))
        _tell(self, request, f"Released: {done}.", problems)


def _tell(page: ReadOnlyAdmin, request: HttpRequest, done: str, problems: set[str]) -> None:
    page.message_user(request, done, "warning" if problems else "success")
    for problem in sorted(problems):
        page.message_user(request, problem, "warning")
