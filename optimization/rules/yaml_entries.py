"""What one rule is in a file, and how a problem of a file is told."""

import uuid
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from metaads.models import Level
from optimization.models import Rule
from optimization.rules.parts import Part

VERSION = 1
MOST_RULES = 500


@dataclass(frozen=True)
class FileProblem:
    """What is wrong, on which line and at which place of the tree."""

    line: int
    place: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}, {self.place}" if self.place else f"line {self.line}"
        return f"{where}: {self.message}"


def _meta_id(value: object) -> object:
    return str(value).removeprefix("act_") if isinstance(value, int | str) and not isinstance(value, bool) else value


def _category(value: str) -> str:
    if value not in Rule.Category.values:
        raise ValueError(f"{value!r} is none of {', '.join(Rule.Category.values)}.")
    return value


def _level(value: str) -> str:
    if value not in Level.values:
        raise ValueError(f"{value!r} is none of {', '.join(Level.values)}.")
    return value


class Entry(Part):
    """One rule of a file, apart from its document."""

    id: uuid.UUID | None = None
    name: Annotated[str, Field(min_length=1, max_length=120, pattern=r"\S")]
    description: Annotated[str, Field(max_length=20_000)] = ""
    category: Annotated[str, AfterValidator(_category)]
    level: Annotated[str, AfterValidator(_level)]
    priority: Annotated[int, Field(ge=0, le=32767, strict=True)] = 50
    accounts: tuple[Annotated[str, BeforeValidator(_meta_id), Field(pattern=r"^\d{1,30}$")], ...] = ()
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    tags: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(default=(), max_length=200)
    document: dict[str, object]


class Whole(Part):
    version: Literal[1] = 1
    rules: tuple[object, ...] = Field(min_length=1, max_length=MOST_RULES)
