"""What the address of a table of campaigns, ad sets or ads asks for. Anything odd falls back to the default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from optimization.views.delivery import GROUPS
from optimization.views.metrics import ATTRIBUTIONS, COMPARED, PRESETS, WINDOWS, Metric, metric_of

PAGE = 50
MOST_COLUMNS = 14
STATE_COLUMNS = ("name", "status", "budget", "account")
CHANGE = "change"
"""Sorts by the change against the previous period."""


@dataclass(frozen=True)
class Asked:
    """`sort` is a column's key, `down` = largest first. `against`: the metric of the comparison column, None = none,
    or the window has no period before it in the table.

    `attribution`: one of Meta's windows, None = Meta's own value. `offline`: sales that were uploaded count too."""

    window: str
    preset: str
    metrics: tuple[Metric, ...]
    sort: str
    down: bool
    search: str
    status: str
    against: Metric | None
    attribution: str | None
    offline: bool
    page: int
    query: QueryDict

    def link(self, **changes: str | int | None) -> str:
        """This page's address with some parameters changed (None = removed); other than `page` it starts anew."""
        query = self.query.copy()
        if "page" not in changes:
            query.pop("page", None)
        query.pop("csv", None)
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = str(value)
        return f"?{query.urlencode()}"

    def metric(self, key: str) -> Metric | None:
        """Any metric, under what was chosen."""
        found = metric_of(key)
        return found and found.under(self.attribution, self.offline)

    @property
    def no_comparison(self) -> str:
        """Why this window has no period before it in the table, "" where it has one."""
        if self.window in COMPARED:
            return ""
        if self.window == "today":
            return "Today is not over: it is compared with nothing."
        return "The table holds 31 days: longer periods are compared on an entity's own page."

    @property
    def filtered(self) -> bool:
        return bool(self.search or self.status)


def read(query: QueryDict, window: str = "7d", against: str = "") -> Asked:
    """`window` and `against` are this table's defaults."""
    preset = _one_of(query.get("preset", ""), PRESETS, "performance")
    chosen = _metrics(query.getlist("col"))
    metrics = chosen or _metrics(PRESETS[preset])
    span = _one_of(query.get("window", ""), WINDOWS, window)
    compared = metric_of(query.get("against", against)) if span in COMPARED else None
    wanted = query.get("sort", "")
    key = wanted.removeprefix("-")
    known = {*STATE_COLUMNS, *([CHANGE] if compared else []), *(metric.key for metric in metrics)}
    number = query.get("page", "1")
    attribution = _one_of(query.get("attribution", ""), ATTRIBUTIONS, "") or None
    offline = query.get("offline") == "1"
    return Asked(
        window=span,
        preset=_preset_of(metrics) if chosen else preset,
        metrics=tuple(metric.under(attribution, offline) for metric in metrics),
        sort=key if key in known else metrics[0].key,
        down=wanted.startswith("-") or key not in known,
        search=query.get("q", "").strip()[:100],
        status=_one_of(query.get("status", ""), GROUPS, ""),
        against=compared and compared.under(attribution, offline),
        attribution=attribution,
        offline=offline,
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
        query=query,
    )


def _preset_of(metrics: Sequence[Metric]) -> str:
    """The preset with just these columns, "" if there is none."""
    keys = tuple(metric.key for metric in metrics)
    return next((name for name, held in PRESETS.items() if held == keys), "")


def _one_of(wanted: str, known: Mapping[str, object], otherwise: str) -> str:
    return wanted if wanted in known else otherwise


def _metrics(keys: Sequence[str]) -> tuple[Metric, ...]:
    """Those that exist, each once, in the order asked for."""
    found = (metric_of(key) for key in dict.fromkeys(keys))
    return tuple(metric for metric in found if metric is not None)[:MOST_COLUMNS]
