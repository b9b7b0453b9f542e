"""What rules have done so far, counted up after each evaluation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from optimization.models import Rule


@dataclass(frozen=True)
class Counted:
    """One rule in one evaluation: entities it covered, matched and newly proposed something for."""

    rule_id: int
    covered: int
    matched: int
    proposed: int


def count_up(found: Iterable[Counted], now: datetime) -> None:
    """Adds to the rules' statistics. Always in one order, so that no two evaluations lock crosswise."""
    moment = connection.ops.adapt_datetimefield_value(now)
    statement = (
        f"UPDATE {connection.ops.quote_name(Rule._meta.db_table)} SET evaluated = evaluated + %s, "  # noqa: S608
        "triggered = triggered + %s, proposed = proposed + %s, "
        "last_triggered_at = CASE WHEN %s > 0 THEN %s ELSE last_triggered_at END WHERE id = %s"
    )
    rows = [
        (one.covered, one.matched, one.proposed, one.matched, moment, one.rule_id)
        for one in sorted(found, key=lambda one: one.rule_id)
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)
