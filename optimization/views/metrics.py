"""The metric columns that tables offer: label, unit, which way is good, and the presets of the column chooser."""

from dataclasses import dataclass, replace

from intelligence.metrics import variants
from intelligence.metrics.catalog import resolve
from intelligence.metrics.families.ratios import Ratio, ratio_of
from intelligence.metrics.families.sums import unit_of
from intelligence.metrics.field import Field
from optimization.views import table
from optimization.views.table import Cell

GOOD, BAD, FLAT = "good", "bad", "flat"


@dataclass(frozen=True)
class Metric:
    """`key` names it in addresses. `more_is`: what a rise means. `note`: for the head's title.

    `variant` is the catalogue's base name where an attribution window or offline sales were chosen, "" = `key`."""

    key: str
    label: str
    more_is: str = FLAT
    note: str = ""
    variant: str = ""

    @property
    def base(self) -> str:
        return self.variant or self.key

    @property
    def unit(self) -> str:
        return unit_of(self.base) or (self.ratio.unit if self.ratio else resolve(self.base).unit)

    @property
    def ratio(self) -> Ratio | None:
        return ratio_of(self.base)

    def under(self, attribution: str | None, offline: bool) -> "Metric":
        """The same metric under an attribution window (None = Meta's own value), with offline sales or without."""
        return replace(self, variant=variants.under(self.key, attribution, offline))

    @property
    def additive(self) -> bool:
        """Whether entities' values may be summed; people reached may not."""
        return unit_of(self.base) is not None and self.base != "reach"

    @property
    def of_people(self) -> bool:
        """Whether it counts people, who may be the same in several entities."""
        return not self.additive and (self.ratio is None or self.ratio.bottom == "reach")

    def at(self, window: str, ago: int = 0) -> Field:
        """The field of this window; `ago` > 0: the same number of complete days ending `ago` days ago."""
        field = resolve(f"{self.base}_{window}")
        return replace(field, name=f"{field.name}@{ago}", window=f"{window}@{ago}") if ago else field

    def of_day(self, ago: int) -> Field:
        """The field of one account day, `ago` days before today (0 = today so far)."""
        field = resolve(f"{self.base}_today")
        return replace(field, name=f"{field.base}_@{ago}", window=f"@{ago}")

    def cell(self, value: float | None, currency: str) -> Cell:
        """The value with its unit; unknown says so."""
        if self.unit == "money":
            return table.money(value, currency)
        if self.unit == "percent":
            return table.percent(value)
        if self.unit == "ratio":
            return table.ratio(value, "x" if self.key == "roas" else "")
        return table.count(value)

    def head(self, currency: str) -> str:
        """The head in a file: with the unit."""
        unit = {"money": currency, "percent": "%"}.get(self.unit, "")
        return f"{self.label} ({unit})" if unit else self.label


METRICS: dict[str, Metric] = {
    one.key: one
    for one in (
        Metric("spend", "Spend"),
        Metric("conversions", "Conversions", GOOD),
        Metric("cpa", "CPA", BAD, "Spend per conversion"),
        Metric("conversion_value", "Value", GOOD, "Value of the conversions"),
        Metric("roas", "ROAS", GOOD, "Value per unit of spend"),
        Metric("impressions", "Impressions"),
        Metric("reach", "Reach", FLAT, "People reached, as Meta counts them; never summed"),
        Metric("frequency", "Frequency", FLAT, "Impressions per person reached"),
        Metric("frequency_estimate", "Frequency, est.", FLAT, "From daily reach where Meta gives none of the window"),
        Metric("clicks", "Clicks", GOOD),
        Metric("inline_link_clicks", "Link clicks", GOOD),
        Metric("ctr", "CTR", GOOD, "Clicks per 100 impressions"),
        Metric("cpc", "CPC", BAD, "Spend per click"),
        Metric("cpm", "CPM", BAD, "Spend per 1,000 impressions"),
        Metric("conversion_rate", "Conv. rate", GOOD, "Conversions per 100 clicks"),
        Metric("thruplays", "ThruPlays"),
    )
}
PRESETS: dict[str, tuple[str, ...]] = {
    "performance": ("spend", "conversions", "cpa", "conversion_value", "roas"),
    "delivery": ("spend", "impressions", "reach", "frequency", "clicks", "ctr", "cpc", "cpm"),
    "conversions": ("spend", "conversions", "cpa", "conversion_value", "roas", "inline_link_clicks", "conversion_rate"),
}
"""In the order of METRICS, which is that of the column chooser."""
WINDOWS: dict[str, str] = {
    "today": "Today",
    "yesterday": "Yesterday",
    "3d": "3 days",
    "7d": "7 days",
    "14d": "14 days",
    "30d": "30 days",
}
"""Complete account days before today, but for `today`."""
LONG: dict[str, int] = {"yesterday": 1, "3d": 3, "7d": 7, "14d": 14, "28d": 28, "30d": 30}
COMPARED: frozenset[str] = frozenset({"yesterday", "3d", "7d", "14d"})
"""Windows whose period before is in the table too: a metrics table holds 31 days, and today is not over."""
PREFIXES: dict[str, tuple[str, str]] = {
    "actions.": ("{}", GOOD),
    "action_values.": ("{} value", GOOD),
    "cost_per.": ("Cost per {}", BAD),
}


def metric_of(key: str) -> Metric | None:
    """The metric of a base name, any action type's among them; None for what is no metric."""
    found = METRICS.get(key)
    for prefix, (label, more_is) in PREFIXES.items():
        if found is None and key.startswith(prefix) and len(key) > len(prefix):
            said = label.format(action_words(key.removeprefix(prefix)))
            found = Metric(key, said[0].upper() + said[1:], more_is)
    return found


def action_words(action_type: str) -> str:
    """Meta's name of an action type as people say it: `offsite_conversion.fb_pixel_purchase` -> pixel purchase."""
    return action_type.rpartition(".")[2].removeprefix("fb_").replace("_", " ")


ATTRIBUTIONS: dict[str, str] = {
    window: f"{window.removesuffix('_click').removesuffix('_view').removesuffix('d')}-day "
    f"{'click' if window.endswith('click') else 'view'}"
    for window in variants.ATTRIBUTIONS
}
"""Meta's attribution windows in words; none chosen = Meta's own value, 7-day click and 1-day view."""
