"""How pages say what a rule is: its state, mode, schedule and accounts in a word or a line. Nothing here asks anything.

Documents are read as they are stored, not parsed: a list of a hundred rules must not check a hundred documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metaads.models import AdAccount
from optimization.kinds import KINDS
from optimization.models import Rule
from optimization.rules.keeping import OF_ORIGIN
from optimization.rules.selectors import Reach
from optimization.rules.summary import EVERY_TEXT
from optimization.trial.rollout import WAITS

NOT_MEASURED = "not measured yet"
ACCOUNTS_NAMED = 2


@dataclass(frozen=True)
class Word:
    """`key` is its value in an address, `tone` that of a dot or chip, `note` a sentence more."""

    key: str
    label: str
    tone: str
    icon: str = ""
    note: str = ""


STATES: dict[str, Word] = {
    "active": Word("active", "Active", "good"),
    "dry": Word("dry", "Runs dry", "live"),
    "off": Word("off", "Off", "quiet"),
    "stopped": Word("stopped", "Off by itself", "bad"),
    "archived": Word("archived", "Archived", "quiet"),
}
MODES: dict[str, Word] = {
    "approval_required": Word("approval_required", "Asks first", "live", "user", "A person approves each change."),
    "automatic": Word("automatic", "Acts alone", "watch", "play", f"Inside its own and the account's limits. {WAITS}"),
    "suggestion_only": Word("suggestion_only", "Suggests only", "quiet", "note", "It shows what it would do."),
    "notice": Word("notice", "Only notifies", "quiet", "bell", "It changes nothing at Meta."),
}


def document_of(rule: Rule) -> Mapping[str, Any]:
    """What the current version says; empty for a rule that was never saved whole."""
    found = rule.current.document if rule.current else {}
    return found if isinstance(found, dict) else {}


def summary_of(rule: Rule) -> str:
    return rule.current.summary if rule.current else "Nothing yet: it has no conditions."


def says_of(rule: Rule) -> str:
    """The summary without its schedule and mode, for a list that says these beside it."""
    said, mark, _ = summary_of(rule).partition(". Checked ")
    return f"{said}." if mark else said


def tags_of(rule: Rule) -> list[str]:
    """What people tagged it with; where it came from is no tag to look for."""
    return [str(tag) for tag in rule.tags if not str(tag).startswith(OF_ORIGIN)]


def runs_dry(rule: Rule) -> bool:
    """As `trial.dry.is_waiting`, on looks and accounts that were loaded before."""
    if not rule.active or rule.dry_from is None:
        return False
    named = {account.pk for account in rule.accounts.all()}
    looked = {look.account_id for look in rule.dry_looks.all()}
    return bool(named - looked) if named else not looked


def state_of(rule: Rule) -> Word:
    if rule.archived_at is not None:
        return STATES["archived"]
    if rule.active:
        return STATES["dry" if runs_dry(rule) else "active"]
    if rule.disabled_reason:
        stopped = STATES["stopped"]
        return Word(stopped.key, stopped.label, stopped.tone, note=rule.disabled_reason)
    return STATES["off"]


def mode_of(document: Mapping[str, Any]) -> Word:
    """Who decides; a rule that changes nothing at Meta has nothing to decide."""
    kinds = [KINDS.get(str(step.get("kind"))) for step in document.get("actions") or [] if isinstance(step, Mapping)]
    if kinds and not any(kind is None or kind.changes_meta for kind in kinds):
        return MODES["notice"]
    return MODES.get(str(document.get("mode")), MODES["approval_required"])


def schedule_of(document: Mapping[str, Any]) -> str:
    """ "Every day at 08:30, Mon Tue, 09:00 to 18:00 (Europe/Berlin)"."""
    schedule = document.get("schedule") or {}
    text = EVERY_TEXT.get(schedule.get("every") or "new_data", "on new data")
    text = text[:1].upper() + text[1:]
    if schedule.get("at"):
        text += f" at {schedule['at']}"
    if schedule.get("weekdays"):
        text += f", {' '.join(str(day).capitalize() for day in schedule['weekdays'])}"
    hours = schedule.get("active_hours") or {}
    if hours:
        text += f", {hours.get('from')} to {hours.get('to')}"
    return f"{text} ({schedule['zone']})" if schedule.get("zone") else text


def accounts_of(rule: Rule, reach: Reach) -> str:
    """The names that the user may know: "Northwind, Kanto and 2 more"."""
    seen, hidden = reach.seen(rule), reach.hidden(rule)
    if not seen and not hidden:
        whose = "you decide" if rule.owner_id == reach.user_id else f"{rule.owner} decides" if rule.owner else ""
        return f"All where {whose}" if whose else "None: it has no owner"
    names = [account.name for account in seen[:ACCOUNTS_NAMED]]
    more = len(seen) - len(names)
    parts = [", ".join(names), f"{more} more" if more else "", f"{hidden} that you cannot see" if hidden else ""]
    return " and ".join(part for part in parts if part)


def zone_account(seen: list[AdAccount], chosen: AdAccount | None) -> AdAccount | None:
    """In whose zone a rule's times are said: the account chosen above, else its first; None = UTC."""
    return chosen if chosen is not None and (not seen or chosen in seen) else seen[0] if seen else None


def short_count(value: int) -> str:
    """`9,840`, `98.4k`, `1.23M`: three digits say enough; the exact number stands on the title."""
    if value < 10_000:
        return f"{value:,}"
    size, unit = (value / 1e6, "M") if value >= 999_500 else (value / 1e3, "k")
    return f"{size:.2f}{unit}" if size < 10 else f"{size:.1f}{unit}" if size < 100 else f"{size:.0f}{unit}"
