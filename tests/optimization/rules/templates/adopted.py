"""What a shipped template says of one entity, amounts in dollars."""

from collections.abc import Mapping

from optimization.rules.compile import compile_rule
from optimization.rules.schema import parse
from optimization.rules.templates import TEMPLATES
from optimization.rules.trace import trace
from tests.optimization.rules.build import frame


def said(key: str, values: Mapping[str, float | str | None]) -> str:
    """ "true", "false" or "no data"."""
    template = TEMPLATES[key]
    rule = compile_rule(parse(template.document(lambda dollars: dollars), template.level))
    columns = {name: [value] for name, value in values.items()}
    return str(trace(rule, frame(template.level, **columns), 0)["result"])
