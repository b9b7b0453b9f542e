"""The world as it is now: relatives from the mirror, figures from the newest metrics table."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from intelligence.metrics import catalog
from intelligence.metrics.frame import Frame, Numbers, Texts
from metaads.models import AdAccount, Level
from optimization.entities import Entity, load_below, load_one
from optimization.fresh import newest_frame
from optimization.limits import Limits, limits_for


class LiveWorld:
    """`optimization.world.World` of one account at business time `now`. Reads what is asked, once.

    `about`: entities whose children will be asked for; those of one level come with one query. `frames`: tables by
    level that the caller holds already. Figures are unknown where the table is too old to decide on.
    """

    def __init__(
        self,
        account: AdAccount,
        now: datetime,
        about: Collection[Entity] = (),
        frames: Mapping[str, Frame] | None = None,
    ) -> None:
        self.account, self.now = account, now
        self._about = about
        self._frames: dict[str, Frame | None] = dict(frames or {})
        self._columns: dict[tuple[str, str], Numbers | Texts] = {}
        self._children: dict[tuple[str, str], list[Entity]] = {}

    @property
    def currency(self) -> str:
        return self.account.currency

    @cached_property
    def limits(self) -> Limits:
        return limits_for(self.account)

    def find(self, level: str, meta_id: str) -> Entity | None:
        return load_one(self.account, level, meta_id)

    def children(self, entity: Entity) -> Sequence[Entity]:
        """As `World.children`, in the order of their Meta ids."""
        key = entity.level, entity.meta_id
        if key not in self._children:
            self._read_below(entity)
        return self._children[key]

    def _read_below(self, entity: Entity) -> None:
        level = entity.level
        parents = {one.meta_id for one in self._about if one.level == level} | {entity.meta_id}
        for parent in parents:
            self._children[level, parent] = []
        for child in load_below(self.account, level, parents):
            above = child.parent_ids[0] if child.parent_ids else self.account.meta_id
            self._children[level, above].append(child)

    def figure(self, entity: Entity, name: str) -> float | None:
        frame = self._frame(entity.level)
        return None if frame is None else figure_of(frame, entity.meta_id, name, self._columns)

    def _frame(self, level: str) -> Frame | None:
        if level not in self._frames:
            frame, problem = newest_frame(self.account, level, self.now) if level in Level.values else (None, "")
            self._frames[level] = None if problem else frame
        return self._frames[level]

    def spend_limits(self, entity: Entity) -> tuple[int | None, int | None]:
        return entity.daily_min_spend_target, entity.daily_spend_cap

    def least_budget(self, entity: Entity) -> int | None:
        return least_budget_of(self.account)


def figure_of(frame: Frame, entity_id: str, name: str, cache: dict[tuple[str, str], Numbers | Texts]) -> float | None:
    """One number of a table, None = unknown or no such entity. `cache`: columns computed before, by level and name.

    Raises UnknownField for a name that the catalogue does not have.
    """
    row = frame.row(entity_id)
    if row is None:
        return None
    key = frame.level, name
    if key not in cache:
        cache[key] = catalog.column(frame, catalog.resolve(name))
    value = float(cache[key][row])
    return None if value != value else value


def least_budget_of(account: AdAccount) -> int | None:
    """Meta's minimum for what is billed by impression, as nearly all is (reference 3.4, 6.2); None = not read yet."""
    named = account.minimum_budgets.get("imp")
    return int(named) if named is not None else account.min_daily_budget
