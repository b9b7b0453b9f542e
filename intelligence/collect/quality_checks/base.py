"""What a quality check is: a question to what was read, with a verdict and a sentence that has the figures in it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import numpy as np

from metaads.models import AdAccount


class Verdict(StrEnum):
    FINE = "fine"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """`sentence` is for people and says what was seen against what was expected. Unknown: too little to judge by."""

    check: str
    verdict: Verdict
    sentence: str

    def as_json(self) -> dict[str, str]:
        return {"check": self.check, "verdict": self.verdict.value, "sentence": self.sentence}


class Check:
    """Base of all checks. `look` asks the database only, never Meta, and nothing later than `now` (business time)."""

    key: ClassVar[str]
    label: ClassVar[str]

    def look(self, account: AdAccount, now: datetime) -> Finding:
        raise TypeError(f"{type(self).__name__} must give a finding")

    def fine(self, sentence: str) -> Finding:
        return Finding(self.key, Verdict.FINE, sentence)

    def doubtful(self, sentence: str) -> Finding:
        return Finding(self.key, Verdict.DOUBTFUL, sentence)

    def unknown(self, sentence: str) -> Finding:
        return Finding(self.key, Verdict.UNKNOWN, sentence)


def chance_of_at_most(observed: float, expected: float) -> float:
    """Poisson probability of `observed` or fewer where `expected` are due (for more than 100 by the normal curve)."""
    if expected <= 0:
        return 1.0
    count = int(np.floor(observed))
    if expected > 100:
        z = (count + 0.5 - expected) / np.sqrt(expected)
        return float(0.5 * (1 + np.tanh(z * np.sqrt(2 / np.pi) * (1 + 0.044715 * z * z))))
    steps = np.arange(1, count + 1)
    terms = np.concatenate([[0.0], np.cumsum(np.log(expected / steps))]) - expected
    return float(min(1.0, np.exp(terms).sum()))
