"""The tags on an entity's page, with the field to change them for managers."""

from dataclasses import dataclass

from intelligence.metrics.tags import known_tags, tags_of
from optimization.views.subject import Subject


@dataclass(frozen=True)
class TagBox:
    """`typed`: what stands in the field, `wrong` why it was not kept. Only managers get the field and `known`."""

    tags: list[str]
    typed: str
    known: list[str]
    may_edit: bool
    wrong: str = ""


def tag_box(subject: Subject, may_edit: bool, typed: str | None = None, wrong: str = "") -> TagBox:
    """At most two queries."""
    tags = tags_of(subject.account, subject.level, subject.meta_id)
    known = known_tags(subject.account) if may_edit else []
    return TagBox(tags, ", ".join(tags) if typed is None else typed, known, may_edit, wrong)
