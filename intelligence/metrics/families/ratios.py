"""Ratios, always of two sums over the same window, never an average of ratios. Null when the lower sum is zero."""

from dataclasses import dataclass, replace

from intelligence.metrics import variants, windows
from intelligence.metrics.families.base import ColumnOf, Resolve, divide, numbers
from intelligence.metrics.field import NUMBER, Field
from intelligence.metrics.frame import Frame, Numbers, Texts


@dataclass(frozen=True)
class Ratio:
    """top / bottom x scale, in `unit`."""

    top: str
    bottom: str
    unit: str
    scale: float = 1.0


RATIOS: dict[str, Ratio] = {
    "ctr": Ratio("clicks", "impressions", "percent", 100),
    "cpc": Ratio("spend", "clicks", "money"),
    "cpm": Ratio("spend", "impressions", "money", 1000),
    "cpa": Ratio("spend", "conversions", "money"),
    "roas": Ratio("conversion_value", "spend", "ratio"),
    "frequency": Ratio("impressions", "reach", "ratio"),
    "conversion_rate": Ratio("conversions", "clicks", "percent", 100),
}
TRUE_RATIOS: dict[str, Ratio] = {
    "true_cpa": Ratio("spend", "true_conversions", "money"),
    "true_roas": Ratio("true_value", "spend", "ratio"),
}
COST_PER = "cost_per."
_RESULTS = frozenset((*variants.RESULTS, *variants.TRUE))


def ratio_of(base: str) -> Ratio | None:
    """The parts of a ratio; `cost_per.<type>` is spend over that action type. Variants divide the variant's results."""
    mature = variants.split_mature(base)
    plain, window = (mature, variants.MATURE) if mature else variants.split_attribution(base)
    found = RATIOS.get(plain) or TRUE_RATIOS.get(plain)
    if found is not None and window is not None:
        return replace(found, top=_under(found.top, window), bottom=_under(found.bottom, window))
    if base.startswith(COST_PER) and len(base) > len(COST_PER):
        return Ratio("spend", f"actions.{base.removeprefix(COST_PER)}", "money")
    return found


def _under(part: str, variant: str) -> str:
    return f"{part}_{variant}" if part in _RESULTS else part


class Ratios:
    key = "ratios"

    def names(self) -> tuple[str, ...]:
        return (*RATIOS, *TRUE_RATIOS, *(f"{base}_{variants.MATURE}" for base in variants.RATIOS_OF_RESULTS))

    def resolve(self, name: str, default_window: str, others: Resolve) -> Field | None:
        base, window = windows.split(name)
        ratio = ratio_of(base)
        if ratio is None:
            return None
        window = window or default_window
        return Field(f"{base}_{window}", base, window, NUMBER, ratio.unit, self.key)

    def compute(self, frame: Frame, field: Field, column: ColumnOf) -> Numbers | Texts:
        top, bottom = parts(frame, field, column)
        return divide(top, bottom, ratio_at(field).scale)


def ratio_at(field: Field) -> Ratio:
    ratio = ratio_of(field.base)
    if ratio is None:
        raise LookupError(f"{field.base} is no ratio.")
    return ratio


def parts(frame: Frame, field: Field, column: ColumnOf) -> tuple[Numbers, Numbers]:
    """The two sums of a ratio field, over its window."""
    ratio = ratio_at(field)

    def part(base: str) -> Numbers:
        name = f"{base}_{field.window}"
        return numbers(column(frame, Field(name, base, field.window, NUMBER, "", "sums")))

    return part(ratio.top), part(ratio.bottom)
