"""`summary` and `default_summary` of insights: one more row, over everything that the filters leave (reference 4.1)."""

from datetime import date

import numpy as np

from metaads.sandbox.graph import spans
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.rollup import Asked, Row, Rows, tables
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.types import Bools


def wanted(call: Call, fields: tuple[str, ...]) -> list[str]:
    """The fields of the summary; none where it was not asked for. (`summary=true` alone asks for nothing here.)"""
    named = [name for name in call.words("summary") if name not in ("true", "false", "1", "0")]
    return named or (list(fields) if call.truth("default_summary") else [])


def total(asked: Asked, wished: list[spans.Span], keep: Bools | None, today: date) -> Row:
    """Sums over all rows. People are counted once over the whole range, where no filter leaves entities out."""
    whole = (min(span[0] for span in wished), max(span[1] for span in wished))
    plain = Asked(asked.account, asked.seed, asked.level, asked.node)
    rows = Rows(plain, wished, keep, today)
    sums = sum((table.sums[_chosen(table.delivered, keep)].sum(axis=0) for table in rows.tables), np.int64(0))
    found = np.zeros(len(Metric), dtype=np.int64) + sums
    people = _people(asked, whole, keep)
    return Row(-1, whole, rows.cell(found, min(people, int(found[Metric.IMPRESSIONS])), whole), {})


def _chosen(delivered: np.ndarray, keep: Bools | None) -> np.ndarray:
    return delivered if keep is None else delivered[keep[delivered]]


def _people(asked: Asked, whole: spans.Span, keep: Bools | None) -> int:
    if keep is None:
        (table,) = tables(Asked(asked.account, asked.seed, "account", asked.node), whole)
        return int(table.people[0])
    (table,) = tables(Asked(asked.account, asked.seed, asked.level, asked.node), whole)
    return int(table.people[_chosen(table.delivered, keep)].sum())
