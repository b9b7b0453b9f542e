"""Tags of entities: how they are read, kept, and packed into one text a row. The caller (a door) writes the ledger.

In a column the tags of one entity are one text: `|brand|evergreen|`, sorted. `|` is known to have none, "" is unknown.
"""

from collections.abc import Iterable

import numpy as np

from intelligence.metrics.frame import Texts
from intelligence.metrics.targets import why_no_target
from intelligence.models import EntityTag
from metaads.models import AdAccount
from metaads.prepared import Prepared

SIGN = "|"
LONGEST = 40
MOST = 20


class BadTag(ValueError):
    """The text is for the person who typed it."""


def plain(tag: str) -> str:
    """A tag as it is kept: small letters, single spaces. Raises BadTag."""
    text = " ".join(tag.split()).lower()
    if not text:
        raise BadTag("A tag needs at least one letter.")
    if len(text) > LONGEST:
        raise BadTag(f"The tag “{text[:LONGEST]}…” has {len(text)} characters; at most {LONGEST} are kept.")
    if SIGN in text or "," in text or not text.isprintable():
        raise BadTag(f"A tag is written without comma and {SIGN}; commas stand between tags.")
    return text


def packed(tags: Iterable[str]) -> str:
    """The text of a column for these tags (as kept)."""
    return "".join((SIGN, *(f"{tag}{SIGN}" for tag in sorted(set(tags)))))


def unpacked(text: str) -> list[str]:
    """The tags of a column's text; unknown has none to name."""
    return [tag for tag in text.split(SIGN) if tag]


def tags_of(account: AdAccount, level: str, entity_id: str) -> list[str]:
    """The tags of one entity, sorted."""
    rows = EntityTag.objects.filter(account=account, level=level, entity_id=entity_id)
    return sorted(rows.values_list("tag", flat=True))


def known_tags(account: AdAccount) -> list[str]:
    """Every tag that the account uses, sorted."""
    return sorted(EntityTag.objects.filter(account=account).values_list("tag", flat=True).distinct())


def set_tags(account: AdAccount, level: str, entity_id: str, tags: Iterable[str]) -> list[str]:
    """Replaces the tags of an entity; gives them as kept. Raises BadTag, also for an entity that isn't there."""
    wanted = sorted({plain(tag) for tag in tags})
    if len(wanted) > MOST:
        raise BadTag(f"{len(wanted)} tags are too many; at most {MOST} are kept on one entity.")
    if why := why_no_target(account, level, entity_id) if entity_id else "Name the entity by its Meta id.":
        raise BadTag(why)
    rows = EntityTag.objects.filter(account=account, level=level, entity_id=entity_id)
    rows.exclude(tag__in=wanted).delete()
    EntityTag.objects.bulk_create(
        [EntityTag(account=account, level=level, entity_id=entity_id, tag=tag) for tag in wanted],
        ignore_conflicts=True,
    )
    return wanted


_TAGS = Prepared(
    lambda account, level: EntityTag.objects.filter(account_id=account, level=level).values_list("entity_id", "tag")
)


def tag_column(account: AdAccount, level: str, ids: Texts) -> Texts:
    """(n,) packed tags of the entities of a level, in the order of `ids`. One query."""
    held: dict[str, list[str]] = {}
    for entity_id, tag in _TAGS(account.pk, level):
        held.setdefault(entity_id, []).append(tag)
    if not held:
        return np.full(len(ids), SIGN)
    texts = {entity_id: packed(tags) for entity_id, tags in held.items()}
    return np.array([texts.get(entity_id, SIGN) for entity_id in ids.tolist()], dtype=np.str_)
