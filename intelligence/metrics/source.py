"""Where a frame's sums come from: the readings of 31 account days as they were known, with the level above at hand."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics import confirm, windows
from intelligence.metrics.days import PURCHASE, Days
from intelligence.metrics.entities import CHILD_LEVEL, PARENT_LEVEL, Entities, Rows, bare, locate, mirrored, without
from intelligence.metrics.families.sums import unit_of
from intelligence.metrics.families.surroundings import PARENT
from intelligence.metrics.frame import Numbers
from intelligence.metrics.known import Known, newest
from intelligence.metrics.last_conversion import hours_since
from intelligence.metrics.reach import given_reach
from intelligence.metrics.short import Earlier, Recent, earlier_state, short_sum
from metaads.models import AdAccount

COUNT = windows.MAX_DAYS + 1
CONFIRMABLE = frozenset({"spend", "inline_link_clicks", "thruplays", "conversions"})
SINCE_CONVERSION = "hours_since_conversion"
_DECIMALS = 6


class Source:
    """Sums of one account and level at `now`, from what had been read by `known_at`. Reads only when asked.

    `below` gives the children's impressions, (31, entities), where the asker holds them already.
    """

    def __init__(
        self,
        account: AdAccount,
        level: str,
        entities: Entities,
        now: datetime,
        known_at: datetime,
        below: Callable[[], Numbers] | None = None,
    ) -> None:
        self.account, self.level, self.entities = account, level, entities
        self.now, self.known_at = now, known_at
        self._below = below or self._read_below
        self.today = windows.local_day(now, account.zone)

    @cached_property
    def known(self) -> Mapping[int, Known]:
        """Readings by days ago."""
        first = self.today - timedelta(days=COUNT - 1)
        found = newest(self.account, self.level, (first, self.today), self.known_at)
        return {self.ago(day): known for day, known in found.items()}

    def ago(self, day: date) -> int:
        return (self.today - day).days

    @property
    def read_at(self) -> datetime | None:
        """When the newest day that we hold was last read; None without any reading."""
        return self.known[min(self.known)].confirmed_at if self.known else None

    @cached_property
    def days(self) -> Days:
        totals = {ago: known.totals for ago, known in self.known.items()}
        types = conversion_types(self.account)
        return Days(self.entities.ids, totals, COUNT, self.entities.born, types)

    @cached_property
    def parents(self) -> "Source | None":
        """The level above, of the parents that the entities name; None for campaigns and orphans."""
        ids = np.unique(self.entities.parent_ids[self.entities.parent_ids != ""])
        if self.level not in PARENT_LEVEL or not len(ids):
            return None
        above = PARENT_LEVEL[self.level]
        return Source(
            self.account, above, bare(ids), self.now, self.known_at, below=lambda: self._accounted("impressions")
        )

    @cached_property
    def parent_of(self) -> Rows:
        """Place of each entity's parent in `parents`, -1 if it names none."""
        above = np.zeros(0, dtype="<U1") if self.parents is None else self.parents.entities.ids
        return locate(above, self.entities.parent_ids)

    @cached_property
    def children(self) -> "Source | None":
        """The level below, deleted ones included; None for ads."""
        if self.level not in CHILD_LEVEL:
            return None
        below = mirrored(self.account, CHILD_LEVEL[self.level], self.now)
        return Source(self.account, CHILD_LEVEL[self.level], below, self.now, self.known_at)

    @cached_property
    def doubtful(self) -> NDArray[np.bool_]:
        """Cells without a row that may yet have delivered, as far as the levels above and below can say."""
        if self.parents is None:
            return self.hidden
        return self.hidden | confirm.left_out(
            self.parents.days.matrix("impressions"),
            self._accounted("impressions"),
            self.days.listed,
            self.parent_of,
            self.entities.live,
        )

    @cached_property
    def hidden(self) -> NDArray[np.bool_]:
        """Cells without a row although the level below delivered."""
        return confirm.hidden(self.days.listed, self._below())

    def _read_below(self) -> Numbers:
        if self.children is None:
            return np.zeros((COUNT, len(self.entities)))
        parent_of = locate(self.entities.ids, self.children.entities.parent_ids)
        return confirm.summed(self.children.days.matrix("impressions"), parent_of, len(self.entities))

    def matrix(self, metric: str) -> Numbers:
        """(31, entities), row k = k days ago, with what the other levels confirm or cast into doubt."""
        if metric not in self._settled:
            self._settled[metric] = self._settle(metric)
        return self._settled[metric]

    @cached_property
    def _settled(self) -> dict[str, Numbers]:
        return {}

    def _settle(self, metric: str) -> Numbers:
        if metric == "conversion_value":
            self.days.replace("conversions", self.matrix("conversions"))
        matrix = self.days.matrix(metric)
        if metric in CONFIRMABLE or metric.startswith("actions."):
            matrix = self._confirmed(metric, matrix)
        if self.doubtful.any():
            matrix = np.where(self.doubtful, np.nan, matrix)
        return matrix

    def _accounted(self, metric: str) -> Numbers:
        """(31, parents): what the children have together, those included that were deleted since."""
        parents = 0 if self.parents is None else len(self.parents.entities)
        total = confirm.summed(self.days.matrix(metric), self.parent_of, parents)
        if self.gone is not None and self.parents is not None:
            parent_of = locate(self.parents.entities.ids, self.gone.entities.parent_ids)
            total += confirm.summed(self.gone.days.matrix(metric), parent_of, parents)
        return total

    @cached_property
    def gone(self) -> "Source | None":
        """Entities of the level that the mirror knows and this table leaves out; None if there are none."""
        rest = without(mirrored(self.account, self.level, self.now, deleted=True), self.entities.ids)
        return Source(self.account, self.level, rest, self.now, self.known_at) if len(rest) else None

    def _confirmed(self, metric: str, matrix: Numbers) -> Numbers:
        """The parent settles zeros; what is then still open, the children may settle."""
        if self.parents is not None:
            above = np.where(self.parents.hidden, np.nan, self.parents.days.matrix(metric))
            matrix = confirm.zeros_from_parent(matrix, above, self._accounted(metric), self.parent_of)
        if not np.isnan(matrix[self.days.listed]).any() or self.children is None:
            return matrix
        children = self.children.days
        return confirm.sums_from_children(
            matrix,
            children.matrix(metric),
            self.days.matrix("impressions"),
            children.matrix("impressions"),
            locate(self.entities.ids, self.children.entities.parent_ids),
        )

    def column(self, name: str) -> Numbers | None:
        """A sum by canonical name (`spend_7d`), of one day (`spend_@3`) or of the parent (`parent:spend_7d`)."""
        if name.startswith(PARENT):
            return self._of_parent(name.removeprefix(PARENT))
        if name == SINCE_CONVERSION:
            conversions = self.matrix("conversions")
            return hours_since(self.account, self.level, self.entities.ids, conversions, self.now, self.known_at)
        base, window, until = _split(name)
        if window is None or unit_of(base) is None:
            return None
        if base == "reach":
            return self._reach(window, until)
        if window in windows.SHORT:
            return self._short(base, window)
        matrix = self.matrix(base)
        if window == windows.LIFETIME:
            whole = self.entities.born < COUNT
            return np.where(whole, _rounded(matrix.sum(axis=0)), np.nan)
        offsets = _offsets(window, until)
        return None if offsets is None else _rounded(matrix[offsets[1] : offsets[0] + 1].sum(axis=0))

    def _reach(self, window: str, until: int) -> Numbers | None:
        """Meta's own: of one day from its row, of several days from the reading of that window."""
        offsets = _offsets(window, until)
        if offsets is not None and offsets[0] == offsets[1]:
            of_day: Numbers = self.matrix("reach")[offsets[0]]
            return of_day
        if window not in windows.COMPLETE_DAYS:
            return np.full(len(self.entities.ids), np.nan)
        last_day = self.today - timedelta(days=until)
        return given_reach(self.account, self.level, window, last_day, self.days, self.known_at)

    def _short(self, base: str, window: str) -> Numbers:
        matrix = self.matrix(base)
        if 0 not in self.known or self.read_at is None:
            return np.full(matrix.shape[1], np.nan)
        if window not in self._earlier:
            recent = Recent(self.account, self.level, self.days, self.today, self.read_at, self.known_at)
            self._earlier[window] = earlier_state(recent, window)
        return _rounded(short_sum(matrix, base, self._earlier[window]))

    @cached_property
    def _earlier(self) -> dict[str, Earlier | None]:
        return {}

    def _of_parent(self, name: str) -> Numbers | None:
        above = None if self.parents is None else self.parents.column(name)
        if above is None or not len(above):
            return None
        return np.where(self.parent_of >= 0, above[self.parent_of], np.nan)


def _rounded(values: Numbers) -> Numbers:
    """Sums of cents as floats end in dust; rounded, 50.00 is exactly 50 and `> 50` is false."""
    rounded: Numbers = np.round(values, _DECIMALS)
    return rounded


def _split(name: str) -> tuple[str, str | None, int]:
    """(base, window, last day as days ago). `spend_@3` is one day; `spend_7d@2` the 7 days that ended 2 days ago."""
    head, mark, ago = name.rpartition("@")
    if not mark or not ago.isdigit():
        return (*windows.split(name), 1)
    if head.endswith("_"):
        return head[:-1], "@", int(ago)
    return (*windows.split(head), int(ago))


def _offsets(window: str, until: int) -> tuple[int, int] | None:
    """First and last day as days ago, None for a window that is not of whole days or reaches too far back."""
    if window == "@":
        return (until, until) if until < COUNT else None
    offsets = windows.day_offsets(window)
    if offsets is None or window not in windows.COMPLETE_DAYS:
        return offsets
    first, last = offsets[0] + until - 1, until
    return (first, last) if first < COUNT else None


def conversion_types(account: AdAccount) -> Sequence[str]:
    """The action types to look for, in order: the account's own choice alone, else Meta's names of a purchase."""
    return (account.conversion_action_type,) if account.conversion_action_type else PURCHASE
