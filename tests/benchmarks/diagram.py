"""Reliability diagrams as one SVG: what was said to the right, what held upwards; on the line is right."""

from collections.abc import Mapping, Sequence
from typing import Any

SIDE, GAP, COLUMNS = 150, 46, 3


def drawn(worlds: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """A diagram each. Areas of the dots follow the number of statements."""
    rows = -(-len(worlds) // COLUMNS)
    width, height = COLUMNS * (SIDE + GAP) + GAP, rows * (SIDE + GAP + 20) + 10
    parts = [_one(name, tenths, place) for place, (name, tenths) in enumerate(worlds.items())]
    label = "Reliability diagrams: share of statements that held against the confidence with which they were made"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{label}" '
        f'font-family="sans-serif" font-size="11">\n<rect width="{width}" height="{height}" fill="#fff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _one(name: str, tenths: Sequence[Mapping[str, Any]], place: int) -> str:
    left, top = GAP + place % COLUMNS * (SIDE + GAP), 26 + place // COLUMNS * (SIDE + GAP + 20)
    total = sum(one["count"] for one in tenths)
    dots = "".join(
        f'<circle cx="{one["said"] * SIDE:.1f}" cy="{(1 - one["held"]) * SIDE:.1f}" '
        f'r="{1.5 + 14 * (one["count"] / total) ** 0.5:.1f}" fill="#2563eb" fill-opacity="0.45" stroke="#1e40af"/>'
        for one in tenths
    )
    marks = "".join(
        f'<text x="{share * SIDE:.0f}" y="{SIDE + 14}" text-anchor="middle">{share:g}</text>'
        f'<text x="-6" y="{(1 - share) * SIDE + 4:.0f}" text-anchor="end">{share:g}</text>'
        for share in (0, 0.5, 1)
    )
    return (
        f'<g transform="translate({left} {top})"><text x="0" y="-8" font-weight="bold">{name}</text>'
        f'<rect width="{SIDE}" height="{SIDE}" fill="none" stroke="#94a3b8"/>'
        f'<path d="M0 {SIDE}L{SIDE} 0" stroke="#94a3b8" stroke-dasharray="4 3"/>{dots}{marks}</g>'
    )
