"""Data quality: while an account's data are doubtful nothing moves money there, but a person may still prevent loss."""

from optimization.guards.base import BY_ALL, Facts, Guard, Verdict
from optimization.models import Source


class DataQuality(Guard):
    """A person's pause or decrease passes; an undo is not bound, for it needs no data to be right.

    What a machine proposed and a person approved counts as the person's by then. Growth waits for trusted data,
    whoever wants it.
    """

    key = "data_quality"
    label = "Data quality"
    binds = BY_ALL
    hard = True

    def check(self, facts: Facts) -> Verdict:
        if facts.doubt is None:
            return self.passes("Nothing speaks against the data.")
        if not facts.doubt and facts.acting_alone:
            return self.blocks("The data were never checked, so nothing acts alone on them.", passing=True)
        if not facts.doubt:
            return self.passes("The data were not checked yet.")
        by_person = facts.source == Source.PERSON or (facts.executing and not facts.acting_alone)
        if by_person and prevents_loss(facts):
            return self.passes("The data are doubtful; a person may still prevent loss.")
        return self.blocks(facts.doubt, passing=True)


def prevents_loss(facts: Facts) -> bool:
    """A pause, or a budget that does not grow, whatever its kind says: a person may have given another amount."""
    if isinstance(facts.before, int) and isinstance(facts.wanted, int):
        return facts.wanted <= facts.before
    return facts.loss_prevention


DATA_QUALITY = DataQuality()
