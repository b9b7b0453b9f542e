"""What admin shows of a rule beside its form: versions, trial, conflicts, figures, and its file."""

from datetime import UTC

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from metaads.models import AdAccount
from metaads.moments import moment
from optimization.models import Rule, RuleVersion
from optimization.rules.static_conflicts import Conflict, conflicts_of
from optimization.rules.yaml_files import export_rules

VERSIONS_SHOWN = 30
HEADS = ("Version", "What it says", "Saved", "By", "What changed")


def versions_table(rule: Rule) -> SafeString | str:
    """Its versions, newest first, each with a link to what it changed. Looked at, never edited."""
    rows = list(rule.versions.select_related("created_by").order_by("-number")[:VERSIONS_SHOWN])
    if not rows:
        return "Nothing was saved yet."
    page = reverse("rule", args=[rule.public_id])
    lines = [
        (one.number, one.summary, moment(one.created_at, UTC), one.created_by or "system", _since(page, one))
        for one in rows
    ]
    body = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", lines)
    heads = format_html_join("", '<th scope="col">{}</th>', [(one,) for one in HEADS])
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", heads, body)


def _since(page: str, version: RuleVersion) -> SafeString | str:
    before = version.number - 1
    if not before:
        return "the first"
    href = f"{page}?tab=versions&from={before}&to={version.number}#comparison"
    return format_html('<a href="{}">since version {}</a>', href, before)


def figures_text(rule: Rule) -> str:
    """What it has done so far, and how it runs."""
    last = moment(rule.last_triggered_at, UTC) if rule.last_triggered_at else "never"
    said = (
        f"evaluated {rule.evaluated:,}, triggered {rule.triggered:,}, proposed {rule.proposed:,}, "
        f"approved {rule.approved:,}, executed {rule.executed:,}; last triggered {last}"
    )
    return f"{said}; failed {rule.consecutive_failures} times in a row" if rule.consecutive_failures else said


def trial_text(rule: Rule) -> SafeString | str:
    """Where its first look ran dry, and where it is still to come."""
    if rule.dry_from is None:
        return "acts without a dry first look" if rule.active else "runs dry at its first look, once it is on"
    looks = rule.dry_looks.select_related("account").order_by("account__name")
    page = reverse("rule", args=[rule.public_id])
    lines = [(one.account.name, one.account.moment(one.looked_at), one.matched) for one in looks]
    return format_html(
        '<ul>{}</ul>The first look at {} account runs dry. <a href="{}">What it would have done</a>',
        format_html_join("", "<li>{}: looked dry at {}, {} matched</li>", lines),
        "every other" if lines else "each",
        page,
    )


def conflicts_in(rule: Rule) -> list[Conflict]:
    """Other active rules that it can work against, in the accounts that it names (none named: in all)."""
    if rule.current is None:
        return []
    accounts = list(rule.accounts.all()) or list(AdAccount.objects.all())
    return conflicts_of(accounts, rule.level, rule.current.document, rule)


def conflicts_text(rule: Rule) -> SafeString | str:
    found = conflicts_in(rule)
    if not found:
        return "No active rule of the same accounts works against it."
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", [(str(one),) for one in found]))


def yaml_answer(rules: QuerySet[Rule]) -> HttpResponse:
    """The chosen rules as one file."""
    chosen = rules.select_related("current").prefetch_related("accounts")
    answer = HttpResponse(export_rules(chosen), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rules.yaml"'
    answer["Cache-Control"] = "no-store"
    return answer
