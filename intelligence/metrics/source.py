"""Where a frame's sums come from: the readings of 31 account days as they were known, with the level above at hand."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics import confirm, windows
from intelligence.metrics.days import Days
from intelligence.metrics.derived import OFFLINE_OF, Offline, offline, visible_shares
from intelligence.metrics.entities import CHILD_LEVEL, PARENT_LEVEL, Entities, Rows, bare, locate, mirrored, without
from intelligence.metrics.families.sums import unit_of
from intelligence.metrics.families.surroundings import PARENT
from intelligence.metrics.frame import Numbers, Texts
from intelligence.metrics.known import Known, newest, whole
from intelligence.metrics.last_conversion import hours_since
from intelligence.metrics.lifetime import lifetime, newest_whole
from intelligence.metrics.reach import given_reach
from intelligence.metrics.short import Earlier, Recent, earlier_state, short_sum
from intelligence.metrics.spans import COUNT, offsets_of, split_day
from intelligence.metrics.variants import OFFLINE, TRUE, split_attribution, split_mature
from metaads.models import AdAccount
from metaads.reader.results import result_types

CONFIRMABLE = frozenset({"spend", "inline_link_clicks", "thruplays", "conversions"})
RAW = frozenset({"impressions", "conversions"})
"""What the days themselves hold is needed again after it was settled."""
SINCE_CONVERSION = "hours_since_conversion"
_DECIMALS = 6


class People(Protocol):
    def __call__(self, level: str, now: datetime, deleted: bool | None = None) -> Entities: ...


class Source:
    """Sums of one account and level at `now`, from what had been read by `known_at`. Reads only when asked.

    `below`: the children's impressions, (31, entities), where the asker holds them already. `people` says who is
    at a level (`metrics.entities.mirrored`, which is the mirror of today, if nothing is given).
    """

    def __init__(
        self,
        account: AdAccount,
        level: str,
        entities: Entities,
        now: datetime,
        known_at: datetime,
        below: Numbers | None = None,
        people: People | None = None,
    ) -> None:
        self.account, self.level, self.entities = account, level, entities
        self.now, self.known_at = now, known_at
        self._below = below
        self._people: People = people or partial(mirrored, account)
        self.today = windows.local_day(now, account.zone)

    @cached_property
    def _read(self) -> Mapping[date, Known]:
        first = self.today - timedelta(days=COUNT - 1)
        return newest(self.account, self.level, (first, self.today), self.known_at)

    @cached_property
    def known(self) -> Mapping[int, Known]:
        """Readings by days ago; of a day that is over only one that was taken since."""
        found = whole(self._read, self.account.zone, self.known_at)
        return {self.ago(day): known for day, known in found.items()}

    def ago(self, day: date) -> int:
        return (self.today - day).days

    @property
    def read_at(self) -> datetime | None:
        """When the newest day that we hold was last read; None without any reading."""
        return self._read[max(self._read)].confirmed_at if self._read else None

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
        return self._beside(PARENT_LEVEL[self.level], bare(ids), self._accounted("impressions", ids))

    def _beside(self, level: str, entities: Entities, below: Numbers | None = None) -> "Source":
        """Another level, or other entities, at the same moment. It may not refer to this one: circles keep memory."""
        return Source(self.account, level, entities, self.now, self.known_at, below, self._people)

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
        below = self._people(CHILD_LEVEL[self.level], self.now)
        return self._beside(CHILD_LEVEL[self.level], below)

    @cached_property
    def doubtful(self) -> NDArray[np.bool_]:
        """Cells without a row that may yet have delivered, as far as the levels above and below can say."""
        if self.days.listed.all():  # nothing is open, so the other levels need not be read
            return np.zeros(self.days.listed.shape, dtype=bool)
        if self.parents is None:
            return self.hidden
        return self.hidden | confirm.left_out(
            self.parents.days.matrix("impressions"),
            self._accounted("impressions", self.parents.entities.ids),
            self.days.listed,
            self.parent_of,
            self.entities.live,
        )

    @cached_property
    def hidden(self) -> NDArray[np.bool_]:
        """Cells without a row although the level below delivered."""
        return confirm.hidden(self.days.listed, self._read_below() if self._below is None else self._below)

    def _read_below(self) -> Numbers:
        if self.children is None:
            return np.zeros((COUNT, len(self.entities)))
        parent_of = locate(self.entities.ids, self.children.entities.parent_ids)
        return confirm.summed(self.children.days.matrix("impressions"), parent_of, len(self.entities))

    def matrix(self, metric: str) -> Numbers:
        """(31, entities), row k = k days ago, with what the other levels confirm or cast into doubt."""
        if metric not in self._settled:
            self._settled[metric] = self._settle(metric)
            if metric not in RAW:
                self.days.forget(metric)
        return self._settled[metric]

    @cached_property
    def _settled(self) -> dict[str, Numbers]:
        return {}

    def _settle(self, metric: str) -> Numbers:
        base, window = split_attribution(metric)
        made = self._made(metric, base, window)
        if made is not None:
            return made
        if base == "conversion_value":
            conversions = f"conversions_{window}" if window else "conversions"
            self.days.replace(conversions, self.matrix(conversions))
        matrix = self.days.matrix(metric)
        if base in CONFIRMABLE or metric.startswith("actions."):
            matrix = self._confirmed(metric, matrix)
        if self.doubtful.any():
            matrix = np.where(self.doubtful, np.nan, matrix)
        return matrix

    def _made(self, metric: str, base: str, window: str | None) -> Numbers | None:
        """What no reading holds: see `metrics.derived`. None for all that readings hold."""
        if metric in OFFLINE:
            return self._offline.conversions if metric == "offline_conversions" else self._offline.value
        if base in TRUE:
            own = f"{TRUE[base]}_{window}" if window else TRUE[base]
            return self.matrix(own) + self.matrix(OFFLINE_OF[base])
        mature = split_mature(metric)
        return None if mature is None else self.matrix(mature) / self._visible[:, None]

    @cached_property
    def _offline(self) -> Offline:
        return offline(self.account, self.level, self.entities.ids, (self.today, COUNT), self.known_at)

    @cached_property
    def _visible(self) -> Numbers:
        return visible_shares(self.account, self.known, COUNT, self.known_at)

    def _accounted(self, metric: str, parents: Texts) -> Numbers:
        """(31, parents): what the children have together, those included that were deleted since."""
        parent_of = locate(parents, self.entities.parent_ids)
        total = confirm.summed(self.days.matrix(metric), parent_of, len(parents))
        if self.gone is not None:
            parent_of = locate(parents, self.gone.entities.parent_ids)
            total += confirm.summed(self.gone.days.matrix(metric), parent_of, len(parents))
        return total

    @cached_property
    def gone(self) -> "Source | None":
        """Entities of the level that the mirror knows and this table leaves out; None if there are none."""
        rest = without(self._people(self.level, self.now, deleted=True), self.entities.ids)
        return self._beside(self.level, rest) if len(rest) else None

    def _confirmed(self, metric: str, matrix: Numbers) -> Numbers:
        """The parent settles zeros; what is then still open, the children may settle."""
        if not np.isnan(matrix).any():
            return matrix
        if self.parents is not None:
            above = np.where(self.parents.hidden, np.nan, self.parents.days.matrix(metric))
            accounted = self._accounted(metric, self.parents.entities.ids)
            matrix = confirm.zeros_from_parent(matrix, above, accounted, self.parent_of)
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
            return hours_since(self.account, self.level, self.days, conversions, self.now, self.known_at)
        base, window, until = split_day(name)
        if window is None or unit_of(base) is None:
            return None
        if base == "reach" and window != windows.LIFETIME:
            return self._reach(window, until)
        if window in windows.SHORT:
            return self._short(base, window)
        matrix = self.matrix(base)
        if window == windows.LIFETIME:
            return self._lifetime(base, matrix)
        offsets = offsets_of(window, until)
        return None if offsets is None else _rounded(matrix[offsets[1] : offsets[0] + 1].sum(axis=0))

    def _lifetime(self, base: str, matrix: Numbers) -> Numbers:
        """What a reading of whole lives and the days after it say; else the days held, if they reach back to birth."""
        if self._whole is not None:
            return _rounded(lifetime(base, self.days, matrix, *self._whole))
        whole = (self.entities.born < COUNT) & (base != "reach")
        return np.where(whole, _rounded(matrix.sum(axis=0)), np.nan)

    @cached_property
    def _whole(self) -> tuple[int, Known] | None:
        return newest_whole(self.account, self.level, self.today, self.known_at)

    def _reach(self, window: str, until: int) -> Numbers | None:
        """Meta's own: of one day from its row, of several days from the reading of that window."""
        offsets = offsets_of(window, until)
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


def conversion_types(account: AdAccount) -> Sequence[str]:
    """The action types to look for, in order: the account's own choice alone, else Meta's names of a purchase."""
    return result_types(account)
