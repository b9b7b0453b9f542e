"""The rule's matches at this moment: its saved text, evaluated on the newest data without a record."""

from typing import Any

from optimization.preview import PreviewFailed, preview
from optimization.rules.schema import RuleInvalid
from optimization.views.rule_found import Found, found_of, matches_table
from optimization.views.rule_subject import Subject
from optimization.views.table import Table

SHOWN = 50
IN_FILE = 2_000


def _found(subject: Subject, limit: int) -> Found | str:
    """What it finds, or why it cannot be told."""
    account, document = subject.account, subject.document
    if account is None:
        return "The rule acts in no account that you see."
    if not document:
        return "It has no conditions yet."
    try:
        made = preview(account, subject.rule.level, document, subject.now, rule=subject.rule, limit=limit)
    except (RuleInvalid, PreviewFailed) as problem:
        return str(problem)
    return found_of(made, account)


def matches(subject: Subject) -> dict[str, Any]:
    found = _found(subject, SHOWN)
    return {"problem": found} if isinstance(found, str) else {"found": found}


def matches_file(subject: Subject) -> Table | None:
    found = _found(subject, IN_FILE)
    return None if isinstance(found, str) or subject.account is None else matches_table(found, subject.account)
