"""What others do to the same objects: changes made outside of this product, and Meta's own automated rules."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from intelligence.charts import Event
from intelligence.metrics.windows import day_start
from metaads.graph.money import money_text
from metaads.models import AdAccount, OutsideChange
from metaads.selectors import RuleLine, Touch, native_rules_touching
from metaads.selectors import native_rules as lines_of
from metaads.selectors import outside_changes as changes_of
from optimization.views import table
from optimization.views.listing import PAGES
from optimization.views.subject import LEARNING_SAID, Subject, plain
from optimization.views.table import Cell, Head, Table

MOST = 500
MARKED_MOST = 40
MONEY = frozenset({"daily_budget", "lifetime_budget", "bid_amount", "spend_cap", "budget"})
BY_META = frozenset({"learning_status", "issues", "effective_status"})
"""Fields that no person edits: Meta moves them, mostly as a consequence of somebody's edit."""
FIELD_WORDS = {"learning_status": "Learning phase", "effective_status": "Delivery"}
RULE_TONES = {"ENABLED": "live", "HAS_ISSUES": "bad", "DISABLED": "quiet", "DELETED": "quiet"}


def outside_changes(accounts: Sequence[AdAccount], subject: Subject | None = None) -> Table:
    """What people and tools changed: in the accounts, or in one entity with what it is in and what is in it."""
    rows = _of(accounts, subject).exclude(field__in=BY_META)
    return Table(
        "outside-changes",
        "Changed outside of this product",
        _heads(subject),
        [_change_row(row, with_account=subject is None) for row in rows[:MOST]],
        note="by people in Ads Manager and by other tools",
        empty="Nobody has changed anything in Ads Manager or with another tool since this account has been watched.",
    )


def moved_by_meta(accounts: Sequence[AdAccount], subject: Subject | None = None) -> Table:
    """Learning phases and delivery, which Meta moves by itself. Newest first."""
    rows = _of(accounts, subject).filter(field__in=BY_META)
    return Table(
        "moved-by-meta",
        "Moved by Meta itself",
        _heads(subject),
        [_change_row(row, with_account=subject is None) for row in rows[:MOST]],
        note="learning phases and delivery; nobody edited them, but an edit may be the cause",
        empty="Meta has told of no other learning phase or delivery since this account has been watched.",
    )


def _of(accounts: Sequence[AdAccount], subject: Subject | None) -> QuerySet[OutsideChange]:
    return changes_of(accounts, (*subject.family, *subject.inside) if subject else None)


def _heads(subject: Subject | None) -> tuple[Head, ...]:
    labels = (
        "What",
        "Field",
        "Before",
        "After",
        "Who",
        "When",
        "Known from",
        *(("Account",) if subject is None else ()),
    )
    return tuple(Head(label) for label in labels)


def _change_row(row: OutsideChange, with_account: bool) -> tuple[Cell, ...]:
    page = PAGES.get(row.level)
    link = reverse(page, args=[row.entity_id]) if page and row.entity_id.isdigit() else ""
    currency = row.account.currency
    what = row.get_level_display().lower()
    tool = "" if row.application_name == row.actor_name else row.application_name
    cells = (
        table.text(row.entity_name or row.entity_id, link=link, small=what),
        table.text(field_words(row)),
        table.text(value_words(row.field, row.before, currency)),
        table.text(value_words(row.field, row.after, currency)),
        table.text(row.actor_name, small=tool),
        table.moment(row.at, row.account),
        table.text(row.get_source_display()),
    )
    return (*cells, table.text(row.account.name)) if with_account else cells


def field_words(row: OutsideChange, otherwise: str = "") -> str:
    return FIELD_WORDS.get(row.field) or plain(row.field or row.event_type, otherwise)


def value_words(field: str, value: object, currency: str) -> str:
    """A value of the mirror in words; budgets are minor units there."""
    if value is None or value == "":
        return ""
    if field in MONEY and isinstance(value, int) and not isinstance(value, bool):
        return money_text(value, currency)
    text = str(value)
    if field == "learning_status" and text in LEARNING_SAID:
        return LEARNING_SAID[text][0]
    return plain(text) if text.isupper() else text[:200]


def marks(subject: Subject, first: date) -> list[Event]:
    """What others changed, as marks on a time axis that begins on the account's day `first`.

    What Meta moved by itself only of the entity and what it is in: that of all ad sets would hide people's edits."""
    zone, since = subject.account.zone, day_start(first, subject.account.zone)
    edited = changes_of(subject.account, (*subject.family, *subject.inside), since).exclude(field__in=BY_META)
    moved = changes_of(subject.account, subject.family, since).filter(field__in=BY_META)
    rows = [*edited[:MARKED_MOST], *moved[:MARKED_MOST]]
    return [Event(row.at.astimezone(zone).date(), _mark_words(row)) for row in rows]


def _mark_words(row: OutsideChange) -> str:
    said = field_words(row, "a change")
    if row.field not in BY_META:
        return f"outside: {said} of {row.entity_name}"
    after = value_words(row.field, row.after, row.account.currency)
    return f"Meta: {said.lower()} of {row.entity_name}{f', now {after.lower()}' if after else ''}"


def native_rules(accounts: Sequence[AdAccount], touching: Collection[int] | None = None) -> Table:
    """Meta's own automated rules of the accounts; `touching`: these of our rows only, for one entity's page."""
    heads = (
        Head("Rule"),
        Head("State"),
        Head("Does"),
        Head("When"),
        Head("Made by"),
        Head("Last changed"),
    )
    account = (Head("Account"),) if touching is None else ()
    lines = [line for line in lines_of(accounts) if touching is None or line.rule.pk in touching]
    return Table(
        "native-rules",
        "Meta's own rules",
        (*heads, *account),
        [_native_row(line, with_account=touching is None) for line in lines],
        note="a second engine that edits the same objects; it is edited in Ads Manager",
        empty="No automated rule of Meta's own is known here.",
    )


def _native_row(line: RuleLine, with_account: bool) -> tuple[Cell, ...]:
    row = line.rule
    cells = (
        table.text(row.name or row.meta_id, small=f"Meta id {row.meta_id}"),
        table.text(plain(row.status), dot=RULE_TONES.get(row.status, "watch")),
        table.text(line.does),
        table.text(line.when),
        table.text(row.created_by),
        table.moment(row.updated_time, row.account, never="not told"),
    )
    return (*cells, table.text(row.account.name)) if with_account else cells


def touches(subject: Subject) -> list[Touch]:
    """Meta's rules that may also change the entity, or what it is in; the sure ones first."""
    return sorted(native_rules_touching(subject.node), key=lambda touch: not touch.sure)
