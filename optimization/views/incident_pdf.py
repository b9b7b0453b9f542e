"""The incident report as a PDF: pure Python (fpdf2), our own font, so that names in other scripts can be read.

DejaVu Sans has Latin, Greek, Cyrillic, Hebrew, Arabic letters and signs, but no Chinese, Japanese or Korean ones: such
letters read as □, and the Meta id beside each name and the CSV say what it is (docs/decisions/0012).
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import FontFace

from optimization.incident.report import Line, Report
from optimization.views import words
from optimization.views.incident_facts import facts

FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"
FAMILY = "DejaVu"
WIDTHS = (22, 46, 30, 30, 36, 56, 57)
HEADS = ("When", "What", "Before", "After", "Who", "Why", "Result, and what became of it")
GREY, DARK, LINE = (100, 104, 112), (24, 26, 31), (214, 217, 222)
MISSING = "□"


class _Paper(FPDF):
    """A4 across, with a foot on each page."""

    def __init__(self, foot: str) -> None:
        super().__init__(orientation="landscape", unit="mm", format="A4")
        self.foot = foot
        self.add_font(FAMILY, "", FONTS / "DejaVuSans.ttf")
        self.add_font(FAMILY, "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_margins(10, 10)
        self.set_auto_page_break(True, margin=14)
        self.set_draw_color(*LINE)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-10)
        self.set_font(FAMILY, size=7)
        self.set_text_color(*GREY)
        self.cell(0, 5, f"{self.foot}, page {self.page_no()} of {{nb}}", align=Align.R)

    def line_of(self, text: str, size: float = 9, bold: bool = False, grey: bool = False) -> None:
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*(GREY if grey else DARK))
        self.multi_cell(0, size * 0.5, printable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


@cache
def _letters() -> frozenset[int]:
    with TTFont(FONTS / "DejaVuSans.ttf") as font:
        return frozenset(font.getBestCmap())


def printable(text: str) -> str:
    """What the font can show; other letters read as an empty box, control characters but line ends as blanks."""
    known = _letters() | {ord("\n")}
    return "".join(sign if ord(sign) in known else MISSING if sign.isprintable() else " " for sign in text)


def pdf_of(report: Report) -> bytes:
    """The whole report; any number of lines."""
    incident = report.incident
    paper = _Paper(f"Incident {incident.public_id}")
    paper.line_of(f"Emergency stop of {incident.account or 'all accounts'}", size=16, bold=True)
    paper.line_of(incident.reason or "No reason was given.", size=10, grey=True)
    paper.ln(2)
    for text in facts(report):
        paper.line_of(text)
    paper.ln(3)
    if report.left:
        paper.line_of(f"Not undone: {len(report.left)}", size=11, bold=True)
        for line in report.left:
            paper.line_of(f"{line.what} ({line.action.entity_id}): {line.undone}")
        paper.ln(3)
    paper.line_of(f"What was done: {len(report.lines)}", size=11, bold=True)
    paper.ln(1)
    _table(paper, report.lines)
    paper.ln(3)
    paper.line_of("Times are each account's own. Amounts are in the account's currency.", size=8, grey=True)
    return bytes(paper.output())


def _table(paper: _Paper, lines: Iterable[Line]) -> None:
    paper.set_font(FAMILY, size=7)
    paper.set_text_color(*DARK)
    style = FontFace(emphasis="BOLD", fill_color=(241, 243, 245), color=DARK)
    with paper.table(col_widths=WIDTHS, headings_style=style, line_height=3.6, text_align="LEFT", padding=1) as table:
        heads = table.row()
        for head in HEADS:
            heads.cell(head)
        for line in lines:
            row = table.row()
            for text in _cells(line):
                row.cell(printable(text))


def _cells(line: Line) -> tuple[str, ...]:
    action = line.action
    what = f"{line.what}\n{line.account.name}, {action.level} {action.entity_id}"
    became = "" if line.undone in {"–", "Stands", "Undone"} else f"\n{line.undone}"
    return (
        words.moment(line.at, line.account),
        what,
        line.before,
        line.after,
        line.who,
        f"{line.why}\n{line.part}",
        f"{line.result}{became}",
    )
