"""A rule as a form: `fill` makes a draft of a document, `read` one of what a browser sent, `write` the document again.

Pure. What a draft says is never refused here: it may be half done, and the schema says what is missing and where.
"""

from optimization.rules.form.draft import ActionDraft, Draft, GroupDraft, LeafDraft, MetricDraft
from optimization.rules.form.filling import fill
from optimization.rules.form.moves import move
from optimization.rules.form.reading import read
from optimization.rules.form.writing import Written, expresses, write

__all__ = [
    "ActionDraft", "Draft", "GroupDraft", "LeafDraft", "MetricDraft", "Written",
    "expresses", "fill", "move", "read", "write",
]  # fmt: skip
