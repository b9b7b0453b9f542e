"""What a person had before their eyes: pages post `id:version` pairs, so that nothing unseen is approved."""

import re
from collections.abc import Iterable

PAIR = re.compile(r"([0-9]{1,18})(?::([0-9]{1,9}))?")
UNSEEN = 0  # versions begin at 1


def read_seen(pairs: Iterable[str]) -> dict[int, int]:
    """Ids with the versions seen. An id without a version was not seen (`UNSEEN`); what is no id is left out."""
    matches = (PAIR.fullmatch(pair) for pair in pairs)
    return {int(match[1]): int(match[2] or UNSEEN) for match in matches if match}
