"""The padlock beside the name of what is locked, in tables of campaigns, ad sets and ads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from optimization.queue.locks import locks_of
from optimization.views.lock_words import lock_face
from optimization.views.sheet import Sheet
from optimization.views.table import Table


def marked(
    made: Table, sheets: Sequence[Sheet], shown: Sequence[tuple[int, int]], nows: Mapping[int, datetime]
) -> Table:
    """The table with its marks; one query an account. A lock on what the whole page is in stands above the table.

    `shown`: for each row its sheet and the row in it. `nows`: business time by account id.
    """
    held = [locks_of(sheet.account, nows[sheet.account.pk]).held if len(sheet) else {} for sheet in sheets]
    if not any(held):
        return made
    rows = list(made.rows)
    for place, (s, i) in enumerate(shown):
        level, meta_id, account = sheets[s].frame.level, sheets[s].ids[i], sheets[s].account
        face = lock_face(held[s].get((level, meta_id)), level, meta_id, account)
        if face:
            rows[place] = (replace(rows[place][0], lock=face.text), *rows[place][1:])
    return replace(made, rows=rows)
