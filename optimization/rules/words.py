"""Plain words for fields, windows, values and single conditions."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from intelligence.metrics.catalog import Field
from intelligence.metrics.windows import including_days
from metaads.graph.money import amount_text
from optimization.operators import Condition
from optimization.operators.values.expression import Expression
from optimization.rules.tree import Leaf, Node, Not

ACRONYMS = frozenset({"ctr", "cpc", "cpm", "cpa", "roas", "id"})
AROUND = {
    "actions.": "{} actions",
    "action_values.": "value of {} actions",
    "cost_per.": "cost per {}",
    "parent_": "{} of the parent",
    "account_": "{} of the account",
    "zscore_": "z-score of {}",
    "rank_": "rank by {}",
    "percentile_": "percentile by {}",
}
PLURAL_UNITS = frozenset({"count", "days", "hours"})
WINDOW_WORDS = {
    "15min": "in the last 15 minutes",
    "1h": "in the last hour",
    "24h": "in the last 24 hours",
    "today": "today",
    "yesterday": "yesterday",
    "lifetime": "since the start",
}


def window_text(window: str) -> str:
    """`7d` -> "in the last 7 days" (complete account days before today); no window, no words."""
    if not window:
        return ""
    including = including_days(window)
    if including is not None:
        return f"in the last {including} days including today"
    return WINDOW_WORDS.get(window) or f"in the last {window.removesuffix('d')} days"


def field_text(field: Field) -> str:
    """The field without its window: "CPA", "link click actions", "ROAS of the parent"."""
    return _base_text(field.base)


def _base_text(base: str) -> str:
    for prefix, words in AROUND.items():
        if base.startswith(prefix):
            return words.format(_base_text(base.removeprefix(prefix)))
    return " ".join(word.upper() if word in ACRONYMS else word for word in base.replace("_", " ").split())


def number_text(value: float, unit: str, currency: str = "") -> str:
    """A number with its unit: "50.00 EUR", "3.5 %", "1,000"."""
    if unit == "money" and currency:
        return amount_text(Decimal(str(value)), currency)
    if unit == "money":
        return f"{value:,.2f}"
    text = f"{value:,.0f}" if value == int(value) else f"{value:,.10g}"
    return f"{text} %" if unit == "percent" else text


def expression_text(expression: Expression, unit: str, currency: str = "", but: str = "") -> str:
    """A constant with its unit, or the calculation in words: "target CPA × 2". The window `but` is not said."""
    if expression.constant is not None:
        return number_text(expression.constant, unit, currency)
    text = expression.text.replace(" * ", " × ").replace(" - ", " − ")
    for field in sorted(expression.fields, key=lambda one: -len(one.name)):
        window = f" {window_text(field.window)}" if field.window and field.window != but else ""
        text = text.replace(field.name, f"{field_text(field)}{window}")
    return text


@dataclass(frozen=True)
class Speech:
    """Words for the values of a condition on `about` (see `operators.base.Say`). The window `but` is not said."""

    about: Field
    currency: str = ""
    but: str = ""

    def __call__(self, term: Expression, field: Field | None = None) -> str:
        return expression_text(term, (field or self.about).unit, self.currency, self.but)

    def name(self, field: Field) -> str:
        window = "" if field.window is None or field.window == self.about.window else window_text(field.window)
        return f"{field_text(field)} {window}".strip()


def joined(items: Iterable[str], word: str = "and") -> str:
    """a, b and c."""
    texts = list(items)
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {word} {texts[-1]}"


def clause_text(node: Node, currency: str = "", with_window: bool = True, inside: bool = False) -> str:
    """A tree as one clause; groups within groups in brackets."""
    if isinstance(node, Leaf):
        return condition_text(node.condition, currency, with_window)
    if isinstance(node, Not):
        return f"not ({clause_text(node.node, currency, with_window)})"
    parts = [clause_text(child, currency, with_window, inside=True) for child in node.nodes]
    text = joined(parts, "and" if node.every else "or")
    return f"({text})" if inside and len(parts) > 1 else text


def condition_text(condition: Condition, currency: str = "", with_window: bool = True) -> str:
    """One condition as a clause: "CPA in the last 7 days is over target CPA × 2"."""
    field, operator = condition.field, condition.operator
    subject = operator.subject(field_text(field))
    window = window_text(field.window) if with_window and field.window and not operator.own_window else ""
    if field.unit == "count" and operator.key == "=" and condition.operand.terms[0].constant == 0:
        return f"there are no {subject} {window}".rstrip()
    said = operator.words(condition.operand, Speech(field, currency, "" if with_window else field.window or ""))
    if field.unit in PLURAL_UNITS and said.startswith("is "):
        said = f"are {said.removeprefix('is ')}"
    return " ".join(part for part in (subject, window, said) if part)
