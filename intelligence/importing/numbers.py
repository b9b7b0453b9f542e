"""Numbers as people and Ads Manager write them: `1,234.56`, `1.234,56`, `1 234,56`, `12,5 %`."""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from functools import lru_cache

_SPACES = re.compile("[\\s\u00a0\u202f'\u2019]")
_SIGNS = re.compile(r"^[^\d,.+-]{0,3}|[^\d,.]{0,3}$")
_POINT = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d{1,2})?")
_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)?(,\d+)?")
NOTHING = frozenset({"", "-", "--", "–", "—", "n/a", "na", "null", "none", "nan"})


class Style(Enum):
    """Which mark stands before the decimals."""

    POINT = "."
    COMMA = ","


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return text.lower() in NOTHING


@lru_cache(maxsize=1 << 14)
def parse(text: str, style: Style) -> Decimal | None:
    """The number, None if the text is none in this style. A percent or currency sign beside it is left out."""
    if text.isascii() and text.isdigit():
        return Decimal(text)
    bare = _SPACES.sub("", text).replace("%", "")
    bare = _SIGNS.sub("", bare) if (bare and not bare[-1].isdigit()) or bare[:1] in "€$£¥" else bare
    pattern = _POINT if style is Style.POINT else _COMMA
    if not any(c.isdigit() for c in bare) or not pattern.fullmatch(bare):
        return None
    return Decimal(bare.replace(".", "").replace(",", ".") if style is Style.COMMA else bare.replace(",", ""))


def styles(texts: Iterable[str], whole: bool = False) -> set[Style]:
    """Styles in which every number among the texts can be read (`whole`: as a whole number).

    Texts that are no number in either style decide nothing: they are somebody else's to refuse.
    """
    left = set(Style)
    for text in set(texts):
        if text.isascii() and text.isdigit():
            continue
        read = {style: parse(text, style) for style in Style}
        fits = {
            s for s, value in read.items() if value is not None and (not whole or value == value.to_integral_value())
        }
        if fits:
            left &= fits
        if not left:
            break
    return left
