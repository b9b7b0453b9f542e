"""What a rule template is: a rule's identity and a document whose money is given in US dollars."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# US dollars -> the same worth in the account's currency, as a JSON number in the major unit.
Usd = Callable[[int], int | float]


@dataclass(frozen=True)
class Template:
    """`document` builds the rule's document for one currency; `description` says what adopting it needs."""

    key: str
    name: str
    category: str
    level: str
    priority: int
    description: str
    document: Callable[[Usd], dict[str, Any]]
