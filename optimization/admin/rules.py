"""Admin of rules: fields, the document as checked JSON, its summary in plain words, and the templates."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from metaads.models import AdAccount
from optimization.admin.base import BaseForm, KeptAdmin, ReadOnlyAdmin, administered, administers_any, user_of, visible
from optimization.admin.documents import TagsField, load_json
from optimization.admin.rule_parts import (
    conflicts_in,
    conflicts_text,
    figures_text,
    trial_text,
    versions_table,
    yaml_answer,
)
from optimization.models import Rule, RuleVersion
from optimization.rules.schema import RuleInvalid, parse
from optimization.rules.services import AdoptionRefused, adopt_for_each_currency, record_edit, save_rule, set_active
from optimization.rules.templates import TEMPLATES

NAME_ONE = "Name at least one ad account of yours: a rule for all is for the installation's administrator."
CONFLICTS_TOLD = 5
# What a version does not hold: changing it is an event of its own.
IDENTITY = {"name", "description", "category", "level", "priority", "owner", "accounts", "tags"}
EXAMPLE = {
    "default_window": "7d",
    "conditions": {
        "all": [{"field": "spend", "operator": ">", "value": 50}, {"field": "conversions", "operator": "=", "value": 0}]
    },
    "actions": [{"kind": "pause", "parameters": {}}],
    "mode": "approval_required",
}


class RuleForm(BaseForm):
    """The document is checked as a whole; each problem is shown at the field with its place in the tree."""

    document = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code-input"}),
        help_text="JSON: default_window, filters, conditions, actions, mode, schedule, safety. Stored only when sound.",
    )
    tags = TagsField(required=False, initial=list, widget=forms.Textarea(attrs={"rows": 1}))

    class Meta:
        model = Rule
        fields = ("name", "description", "category", "level", "priority", "active", "owner", "accounts", "tags")
        widgets = {
            "description": forms.Textarea(attrs={"rows": 2}),
            "accounts": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        document = self.instance.current.document if self.instance.current else EXAMPLE
        self.fields["document"].initial = json.dumps(document, indent=2, ensure_ascii=False)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        text, level = values.get("document"), values.get("level")
        if not text or not level:
            return values
        try:
            values["checked"] = load_json(text)
            parse(values["checked"], level)
        except ValidationError as unread:
            raise ValidationError({"document": unread.messages}) from None
        except (RecursionError, OverflowError):
            problem = "It is nested too deeply, or a number in it is too large."
            raise ValidationError({"document": problem}) from None
        except RuleInvalid as invalid:
            problems = [
                f"{problem.path}: {problem.message}" if problem.path else problem.message
                for problem in invalid.problems
            ]
            raise ValidationError({"document": problems}) from None
        return values


@admin.register(Rule)
class RuleAdmin(KeptAdmin):
    form = RuleForm
    change_list_template = "admin/optimization/rule/change_list.html"
    list_display = ("headline", "where", "active", "level", "priority", "triggered", "proposed", "executed")
    list_filter = ("active", "category", "level", "accounts")
    search_fields = ("name", "description")
    list_select_related = ("current",)
    readonly_fields = ("says", "statistics", "disabled_reason", "trial", "works_against", "page", "versions")
    fieldsets = (
        (
            None,
            {"fields": ("name", "says", "description", ("category", "level", "priority"), "active", "disabled_reason")},
        ),
        ("What it says", {"fields": ("document", "works_against")}),
        ("Where and whose", {"fields": ("accounts", "owner", "tags", "statistics", "trial", "page")}),
        ("Versions", {"fields": ("versions",)}),
    )
    actions = ("switch_on", "switch_off", "as_yaml")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """One's own rules and those of one's accounts, never one that also covers an account one may not see."""
        rows: QuerySet[Any] = admin.ModelAdmin.get_queryset(self, request).prefetch_related("accounts")
        user = user_of(request)
        if user.is_superuser:
            return rows
        hidden = AdAccount.objects.exclude(pk__in=visible(request).values("pk"))
        mine = rows.filter(Q(owner=user) | Q(accounts__in=visible(request)))
        return mine.exclude(accounts__in=hidden).distinct()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only accounts that the user administers; to name none is for the installation's administrator."""
        if db_field.related_model is AdAccount:
            kwargs["queryset"] = administered(request)
            kwargs["required"] = not user_of(request).is_superuser
            kwargs["error_messages"] = {"required": NAME_ONE}
            return admin.ModelAdmin.formfield_for_manytomany(self, db_field, request, **kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and administers_any(request)

    def has_change_permission(self, request: HttpRequest, obj: Rule | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or self._governs(request, obj))

    def _governs(self, request: HttpRequest, rule: Rule) -> bool:
        """Admin of every account that the rule names; one that names none may act in all."""
        if user_of(request).is_superuser:
            return True
        return rule.accounts.exists() and not rule.accounts.exclude(pk__in=administered(request).values("pk")).exists()

    @admin.display(description="rule", ordering="name")
    def headline(self, obj: Rule) -> SafeString:
        return format_html('<b>{}</b><small class="says">{}</small>', obj.name, self.says(obj))

    @admin.display(description="accounts")
    def where(self, obj: Rule) -> str:
        return ", ".join(account.name for account in obj.accounts.all()) or "none"

    @admin.display(description="in plain words")
    def says(self, obj: Rule) -> str:
        return obj.current.summary if obj.current else "Nothing yet: save it with conditions."

    @admin.display(description="statistics")
    def statistics(self, obj: Rule) -> str:
        return figures_text(obj)

    @admin.display(description="trial")
    def trial(self, obj: Rule) -> SafeString | str:
        return trial_text(obj) if obj.pk else "runs dry at its first look, once it is on"

    @admin.display(description="works against")
    def works_against(self, obj: Rule) -> SafeString | str:
        return conflicts_text(obj) if obj.pk else "Told when it is saved."

    @admin.display(description="versions")
    def versions(self, obj: Rule) -> SafeString | str:
        return versions_table(obj) if obj.pk else "The first comes when it is saved."

    @admin.display(description="its page")
    def page(self, obj: Rule) -> SafeString | str:
        """Matches now, why or why not, back-test, versions."""
        return format_html('<a href="{}">open</a>', reverse("rule", args=[obj.public_id])) if obj.pk else "–"

    def save_model(self, request: HttpRequest, obj: Rule, form: Any, change: bool) -> None:
        """Identity first; the version follows in `save_related`, once the accounts (and so the currency) are known."""
        obj.active = bool(form.initial.get("active")) if change else False
        if obj.owner is None:
            obj.owner = user_of(request)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        rule, user, now = form.instance, user_of(request), self.now()
        record_edit(rule, IDENTITY & set(form.changed_data), user, now)
        save_rule(rule, form.cleaned_data["checked"], user, now)
        set_active(rule, form.cleaned_data["active"], user, now)
        for conflict in conflicts_in(rule)[:CONFLICTS_TOLD]:
            self.message_user(request, str(conflict), messages.WARNING)

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        self._switch(request, queryset, True)

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        self._switch(request, queryset, False)

    @admin.action(description="Download as YAML", permissions=["view"])
    def as_yaml(self, request: HttpRequest, queryset: QuerySet[Rule]) -> HttpResponse:
        return yaml_answer(queryset)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Rule], active: bool) -> None:
        for rule in queryset:
            if not self.has_change_permission(request, rule):
                self.message_user(request, f"{rule}: switching it is for admins of all its accounts.", messages.ERROR)
                continue
            try:
                set_active(rule, active, user_of(request), self.now())
            except RuleInvalid as invalid:
                self.message_user(request, f"{rule}: {invalid}", messages.ERROR)

    def get_urls(self) -> list[URLPattern]:
        adopt = path("adopt/", self.admin_site.admin_view(self.adopt_view), name="optimization_rule_adopt")
        return [adopt, *super().get_urls()]

    def adopt_view(self, request: HttpRequest) -> HttpResponse:
        """The shipped templates; adopting makes one rule per currency, switched off, amounts converted."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            accounts = administered(request).filter(
                pk__in=[pk for pk in request.POST.getlist("accounts") if pk.isdigit()]
            )
            try:
                made = adopt_for_each_currency(request.POST.get("template", ""), accounts, user_of(request), self.now())
            except AdoptionRefused as refused:
                messages.error(request, str(refused))
                return redirect("admin:optimization_rule_adopt")
            if not made:
                messages.error(request, "Name at least one ad account: a template's amounts need its currency.")
                return redirect("admin:optimization_rule_adopt")
            names = ", ".join(str(rule) for rule in made)
            messages.success(request, f"Adopted, still switched off: {names}. Read it, then switch it on.")
            return redirect(reverse("admin:optimization_rule_change", args=[made[0].pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": "Rule templates",
            "templates": TEMPLATES.values(),
            "accounts": administered(request).order_by("name"),
            "opts": Rule._meta,
        }
        return render(request, "admin/optimization/rule/adopt.html", context)


@admin.register(RuleVersion)
class RuleVersionAdmin(ReadOnlyAdmin):
    """Immutable; visible with its rule."""

    list_display = ("rule", "number", "summary", "created_at", "created_by")
    list_select_related = ("rule", "created_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = admin.ModelAdmin.get_queryset(self, request)
        if user_of(request).is_superuser:
            return rows
        rules = self.admin_site.get_model_admin(Rule).get_queryset(request)
        return rows.filter(rule__in=rules.values("pk"))
