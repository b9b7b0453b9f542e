"""What one level leaves open, another can confirm. Pure steps over (days, entities) arrays.

- A child whose parent delivered more than all listed children together may have been left out: its day is unknown.
- A parent without a row whose listed children delivered was left out itself: its day is unknown.
- A child's unknown count is zero if the parent's known count is already reached by the other children.
- A parent's unknown count is the children's sum, if the children account for all of the parent's impressions.
"""

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.frame import Numbers

Rows = NDArray[np.intp]
SLACK = 0.01
"""Share of impressions by which two levels may differ: they are read seconds apart, and Meta rounds."""


def summed(children: Numbers, parent_of: Rows, parents: int) -> Numbers:
    """(days, parents): sums of the known children; `parent_of` gives each child's parent, -1 = none."""
    answer = np.zeros((len(children), parents))
    held = np.flatnonzero(parent_of >= 0)
    for day, values in enumerate(children):
        answer[day] = np.bincount(parent_of[held], weights=np.nan_to_num(values[held]), minlength=parents)
    return answer


def left_out(
    delivered: Numbers, accounted: Numbers, listed: NDArray[np.bool_], parent_of: Rows, live: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Cells whose zero can't be trusted: no row, but the entity is live and its parent delivered more than all rows.

    `delivered` and `accounted` are (days, parents): the parent's impressions, and those of its children together.
    """
    short = delivered > accounted * (1 + SLACK)
    answer: NDArray[np.bool_] = ~listed & live[None, :] & (parent_of >= 0)[None, :]
    return answer & short[:, parent_of]


def hidden(listed: NDArray[np.bool_], below: Numbers) -> NDArray[np.bool_]:
    """Cells of entities without a row whose children delivered (`below`: their impressions): they did too."""
    answer: NDArray[np.bool_] = ~listed & (below > 0)
    return answer


def zeros_from_parent(children: Numbers, parents: Numbers, accounted: Numbers, parent_of: Rows) -> Numbers:
    """Unknown cells become zero where the parent's known value (less what the children have) leaves nothing."""
    open_cells = np.isnan(children) & (parent_of >= 0)[None, :]
    if not open_cells.any():
        return children
    settled = open_cells & (parents - accounted < 0.005)[:, parent_of]
    return np.where(settled, 0.0, children)


def sums_from_children(
    own: Numbers, children: Numbers, own_impressions: Numbers, child_impressions: Numbers, parent_of: Rows
) -> Numbers:
    """Unknown cells become the children's sum, where every child is known and together they delivered it all."""
    open_cells = np.isnan(own)
    if not open_cells.any():
        return own
    parents = own.shape[1]
    unknown = summed(np.isnan(children).astype(np.float64), parent_of, parents) > 0
    delivered = summed(child_impressions, parent_of, parents)
    complete = ~unknown & (delivered > 0) & (np.abs(delivered - own_impressions) <= SLACK * own_impressions)
    return np.where(open_cells & complete, summed(children, parent_of, parents), own)
