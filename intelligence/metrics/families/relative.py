"""A metric against its surroundings. The prefix says which; the rest is any number field (`parent_roas_7d`).

- `parent_`      the same metric of the parent (ad -> ad set -> campaign -> account)
- `account_`     of the account at this level: ratios from pooled sums, others the mean of entities that delivered
- `zscore_`      standard deviations from that level's mean (unknown with fewer than 3 peers or no spread)
- `rank_`        place among siblings, 1 = highest value; equals share the better place
- `percentile_`  percent of the other siblings with a lower value (100 = highest; unknown for an only child)
"""

from collections.abc import Callable

from intelligence.metrics.families.base import ColumnOf, Resolve, nothing
from intelligence.metrics.families.surroundings import of_account, of_parent, percentile, rank, zscore
from intelligence.metrics.field import NUMBER, Field, UnknownField
from intelligence.metrics.frame import Frame, Numbers, Texts

PREFIXES: dict[str, tuple[Callable[[Frame, Field, ColumnOf], Numbers], str | None]] = {
    "parent": (of_parent, None),
    "account": (of_account, None),
    "zscore": (zscore, "score"),
    "rank": (rank, "position"),
    "percentile": (percentile, "percent"),
}


class Relative:
    key = "relative"

    def names(self) -> tuple[str, ...]:
        return ()

    def resolve(self, name: str, default_window: str, others: Resolve) -> Field | None:
        prefix, _, rest = name.partition("_")
        if prefix not in PREFIXES or not rest:
            return None
        try:
            inner = others(rest, default_window)
        except UnknownField:
            return None
        if inner.kind != NUMBER or inner.family == self.key:
            return None
        unit = PREFIXES[prefix][1] or inner.unit
        return Field(f"{prefix}_{inner.name}", f"{prefix}_{inner.base}", inner.window, NUMBER, unit, self.key, inner)

    def compute(self, frame: Frame, field: Field, column: ColumnOf) -> Numbers | Texts:
        if field.inner is None:
            return nothing(frame, field)
        prefix = field.base.partition("_")[0]
        return PREFIXES[prefix][0](frame, field.inner, column)
