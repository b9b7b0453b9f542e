"""Plain words for fields, windows, values and single conditions."""

from decimal import Decimal

from intelligence.metrics.catalog import Field
from intelligence.metrics.windows import including_days
from metaads.graph.money import amount_text
from optimization.operators import Condition
from optimization.operators.values.expression import Expression

ACRONYMS = frozenset({"ctr", "cpc", "cpm", "cpa", "roas", "id"})
WINDOW_WORDS = {
    "15min": "in the last 15 minutes",
    "1h": "in the last hour",
    "24h": "in the last 24 hours",
    "today": "today",
    "yesterday": "yesterday",
    "lifetime": "since the start",
}


def window_text(window: str) -> str:
    """`7d` -> "in the last 7 days" (complete account days before today)."""
    including = including_days(window)
    if including is not None:
        return f"in the last {including} days including today"
    return WINDOW_WORDS.get(window) or f"in the last {window.removesuffix('d')} days"


def field_text(field: Field) -> str:
    """The field without its window: "CPA", "conversion value", "frequency trend"."""
    words = field.base.replace("actions.", "actions ").replace("cost_per.", "cost per ").replace("_", " ").split()
    return " ".join(word.upper() if word in ACRONYMS else word for word in words)


def number_text(value: float, unit: str, currency: str = "") -> str:
    """A number with its unit: "50.00 EUR", "3.5 %", "1,000"."""
    if unit == "money" and currency:
        return amount_text(Decimal(str(value)), currency)
    if unit == "money":
        return f"{value:,.2f}"
    text = f"{value:,.0f}" if value == int(value) else f"{value:,.10g}"
    return f"{text} %" if unit == "percent" else text


def expression_text(expression: Expression, unit: str, currency: str = "") -> str:
    """A constant with its unit, or the calculation in words: "target CPA × 2"."""
    if expression.constant is not None:
        return number_text(expression.constant, unit, currency)
    text = expression.text.replace(" * ", " × ").replace(" - ", " − ")
    for field in sorted(expression.fields, key=lambda one: -len(one.name)):
        window = f" {window_text(field.window)}" if field.window else ""
        text = text.replace(field.name, f"{field_text(field)}{window}")
    return text


def condition_text(condition: Condition, currency: str = "", with_window: bool = True) -> str:
    """One condition as a clause: "CPA in the last 7 days is over target CPA × 2"."""
    field, operator = condition.field, condition.operator
    subject = field_text(field)
    if with_window and field.window and not operator.own_window:
        subject = f"{subject} {window_text(field.window)}"
    said = operator.words(condition.operand, lambda term: expression_text(term, field.unit, currency))
    if subject.split(" in ")[0].endswith("s") and said.startswith("is ") and field.unit == "count":
        said = f"are {said.removeprefix('is ')}"
    return f"{subject} {said}"
