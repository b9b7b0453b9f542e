"""A frame: the metrics table of one account and one level at one moment, as columns.

One row per entity. A number column is float64 with NaN for unknown; a text column holds "" for unknown.
Money is in the major unit of the account's currency, rates called percent are percent (1.5 = 1.5 %).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Texts = NDArray[np.str_]


@dataclass(frozen=True)
class Frame:
    """`at` is the business "now" it was made for, `read_at` the newest reading in it (None = no data at all)."""

    account_id: int
    level: str
    at: datetime
    read_at: datetime | None
    ids: Texts
    columns: Mapping[str, Numbers | Texts]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def age(self) -> timedelta | None:
        """Age of the data at `at`; None = no data."""
        return None if self.read_at is None else self.at - self.read_at

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {str(entity_id): i for i, entity_id in enumerate(self.ids)}

    def row(self, entity_id: str) -> int | None:
        """Position of an entity, None if it is not in the frame."""
        return self._rows.get(entity_id)
