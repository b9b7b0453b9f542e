"""The colours that carry text keep WCAG AA contrast in both sets, and pages take every colour from the tokens."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[3] / "static" / "css"
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
TOKENS = {name: (light, dark) for name, light, dark in PAIR.findall((CSS / "tokens.css").read_text())}
TEXT_ON = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("bg", "surface", "surface-2")],
    *[(tone, ground) for tone in ("good", "watch", "bad") for ground in ("surface", "surface-2", f"{tone}-soft")],
    *[("accent", ground) for ground in ("surface", "bg", "accent-soft")],
    *[(f"metric-{name}", "surface") for name in ("roas", "cpa", "spend", "other")],
    ("accent-ink", "accent"),
    ("bad-ink", "bad-strong"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("which", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_can_be_read(ink: str, ground: str, which: int) -> None:
    assert contrast(TOKENS[ink][which], TOKENS[ground][which]) >= 4.5


def test_pages_take_their_colours_from_the_tokens() -> None:
    allowed = {"pages.css"}  # the entrance's night picture and the marked card are their own
    for sheet in CSS.glob("*.css"):
        if sheet.name not in {"tokens.css"} | allowed:
            body = re.sub(r"light-dark\([^;]*\)", "", sheet.read_text())
            assert not re.search(r"#[0-9a-f]{3,6}\b(?!\w)", body), sheet.name
