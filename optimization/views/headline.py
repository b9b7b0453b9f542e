"""The figures at the top of an entity's page: a metric of the chosen window against the period before it."""

from intelligence.metrics.catalog import column
from intelligence.metrics.field import Field
from intelligence.metrics.frame import Frame
from metaads.models import AdAccount
from optimization.views import words
from optimization.views.asked import Asked
from optimization.views.dashboard import Tile
from optimization.views.listing import previous
from optimization.views.metrics import LONG, METRICS, WINDOWS, Metric

SHOWN = ("spend", "conversions", "cpa", "roas", "conversion_value", "ctr", "cpm", "frequency")
ESTIMATED = "frequency"
"""Meta gives it for some windows only; for others it is estimated, and the tile says so."""


def headline(frame: Frame, row: int | None, asked: Asked, account: AdAccount) -> list[Tile]:
    """`row` None: the entity is gone from the account, so nothing is known of it now."""
    metrics = [metric for key in SHOWN if (metric := asked.metric(key))]
    return [_tile(frame, row, metric, asked.window, account) for metric in metrics]


def _tile(frame: Frame, row: int | None, metric: Metric, window: str, account: AdAccount) -> Tile:
    value = _value(frame, row, metric.at(window))
    days = LONG.get(window)
    before = _value(frame, row, metric.at(window, ago=days + 1)) if days else None
    delta = words.delta(value, before, previous(window), more_is=metric.more_is)
    note = f"vs {previous(window)}" if delta else "Today is not over" if not days else "nothing to compare with"
    if value is None and metric.key == ESTIMATED:
        value = _value(frame, row, METRICS["frequency_estimate"].at(window))
        note = "estimated from daily reach" if value is not None else note
    cell = metric.cell(value, account.currency)
    return Tile(f"{metric.label}, {WINDOWS[window].lower()}", cell.text, note, delta)


def _value(frame: Frame, row: int | None, field: Field) -> float | None:
    """None = unknown."""
    if row is None:
        return None
    value = float(column(frame, field)[row])
    return value if words.known(value) else None
